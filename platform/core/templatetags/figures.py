"""Numbers and times as a reader wants them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat, pluralize
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from core.comparing.estimating import About
from core.runs.pace import rate_in_words, time_in_words

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """1204 as 1,204."""
    return f"{number:,}"


@register.filter
def share(number: float) -> str:
    """0.861 as .86, 1.0 as 1.00, -0.04 as −.04: two digits, no leading zero, a real minus."""
    text = f"{abs(number):.2f}"
    text = text.removeprefix("0") if text != "0.00" else text
    return f"−{text}" if number < 0 and text != "0.00" else text


@register.filter
def score(number: float) -> str:
    """A scorer's number with up to four digits, and a real minus: 0.8613, −12.5, 123,456."""
    return (f"{number:,.0f}" if 1_000 <= abs(number) < 1e15 else f"{number:.4g}").replace("-", "−")


@register.filter
def size(file: Mapping[str, Any]) -> str:
    """A file of a manifest as `735.6 KB, 286 rows`; a file without rows as its bytes alone."""
    parts = [filesizeformat(file["bytes"])]
    if file.get("rows") is not None:
        parts.append(f"{file['rows']:,} row{pluralize(file['rows'])}")
    return ", ".join(parts)


@register.filter
def milliseconds(moment: datetime) -> str:
    """Since 1970, as scripts count."""
    return str(int(moment.timestamp() * 1000))


@register.filter
def ago(moment: datetime) -> str:
    if timezone.now() - moment < timedelta(minutes=1):
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


@register.filter
def coded(text: str) -> SafeString:
    """A sentence in which what stands between backticks is shown as code."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if at % 2 else part,) for at, part in parts)
    )


@register.filter
def money(amount: Decimal) -> str:
    """1204.5 as 1,204.50; less than a hundredth with its digits."""
    return f"{amount:,.2f}" if amount == 0 or abs(amount) >= Decimal("0.01") else f"{amount:.4f}"


@register.filter
def amount(number: float) -> str:
    """A sum of money that was reckoned: 1204.5 as 1,204.50; an estimate with its interval, to three digits."""
    return f"{number:,}" if isinstance(number, About) else money(Decimal(number))


@register.filter
def spelled(seconds: float) -> str:
    return time_in_words(seconds)


@register.filter
def paced(rate: float) -> str:
    return rate_in_words(rate)


@register.filter
def settled(value: object) -> str:
    """A setting's value as it would be written on a command line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
