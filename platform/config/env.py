"""Small typed readers of the environment; each names the bad variable and the remedy."""

import math
import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

WRITE = "Write postgresql://USER@HOST:PORT/NAME."
WRITE_MAIL = "Write smtp://USER:PASSWORD@HOST:587?tls=1."
ESCAPE = "In names and passwords write / as %2F, @ as %40, : as %3A, # as %23."
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


class Mail(NamedTuple):
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starts_tls: bool = False
    is_tls: bool = False


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def switch(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is “{value}”. Set it to 1 or 0.")
    return value in TRUE


def number(name: str, default: float) -> float:
    """A number above zero."""
    value = text(name, str(default))
    try:
        if 0 < float(value) < math.inf:
            return float(value)
    except ValueError:
        pass
    raise ImproperlyConfigured(f"{name} is “{value}”. Set it to a number above zero.")


def size(name: str, default: str) -> int:
    """Bytes, written like 500MB or 20GB."""
    value = text(name, default).upper().replace(" ", "")
    found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,3})?)(KB|MB|GB|TB)", value)
    if not found or float(found[1]) == 0:
        raise ImproperlyConfigured(f"{name} is “{value}”. Set it to a size like 500MB or 20GB.")
    return int(float(found[1]) * UNITS[found[2]])


def choice(name: str, values: tuple[str, ...]) -> str:
    """One of the values; the first where it is unset."""
    value = text(name, values[0]).lower()
    if value not in values:
        raise ImproperlyConfigured(f"{name} is “{value}”. Set it to {' or '.join(values)}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    return Path(text(name) or default).expanduser().absolute()


def database(name: str) -> dict[str, object] | None:
    """`postgresql://user:password@host:port/name?option=value` as Django's settings; None where it is unset."""
    url = text(name)
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        # The parser's own words may quote a part of the password.
        sentence = f"{name} does not parse. {ESCAPE} {WRITE}"
        raise ImproperlyConfigured(sentence) from error
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} is not a PostgreSQL address. {WRITE}")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(options.pop("port", "") or port or ""),
        "OPTIONS": options,
    }


def mail(name: str) -> Mail:
    """`smtp://user:password@host:587?tls=1`, or `smtps://` for TLS from the start; without a host where it is unset."""
    url = text(name)
    if not url:
        return Mail()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # The parser's own words may quote a part of the password.
        raise ImproperlyConfigured(f"{name} does not parse. {ESCAPE} {WRITE_MAIL}") from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    starts_tls = options.pop("tls", "0").lower()
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise ImproperlyConfigured(f"{name} is not the address of a mail server. {ESCAPE} {WRITE_MAIL}")
    if options or starts_tls not in TRUE | FALSE or (parts.scheme == "smtps" and starts_tls in TRUE):
        raise ImproperlyConfigured(f"{name} takes no option but tls=1, and that with smtp:// alone. {WRITE_MAIL}")
    usual = 465 if parts.scheme == "smtps" else 587 if starts_tls in TRUE else 25
    account = unquote(parts.username or ""), unquote(parts.password or "")
    return Mail(parts.hostname, port or usual, *account, starts_tls in TRUE, parts.scheme == "smtps")


def site(name: str, default: str) -> str:
    """The address under which people reach the pages, without a slash at its end."""
    url = text(name, default).rstrip("/")
    try:
        parts = urlsplit(url)
        fits = parts.scheme in {"http", "https"} and parts.hostname and not (parts.query or parts.fragment)
    except ValueError:
        fits = False
    if not fits or re.search(r"\s", url):
        raise ImproperlyConfigured(f"{name} is “{url}”. Set it to the address of the pages, like https://HOST.")
    return url


def sender(name: str, default: str) -> str:
    """An e-mail address, with a name before it where one is wanted."""
    value = text(name, default)
    if not re.fullmatch(r"[^\s<>@]+@[^\s<>@]+|[^<>@\r\n]* <[^\s<>@]+@[^\s<>@]+>", value):
        raise ImproperlyConfigured(f"{name} is “{value}”. Set it to an address like preferee@HOST.")
    return value
