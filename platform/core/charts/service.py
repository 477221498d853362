"""Charts for pages: drawn once for the same data, and with the figures in a table for those who cannot see them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe

from core.charts.hours import hours
from core.charts.rates import Rate, rates, share_in_words
from core.charts.reliability import Bin, reliability
from core.charts.throughput import Point, throughput, throughput_table
from core.charts.times import day_in_words
from core.hours import Day
from core.periods import Period

SECONDS_KEPT = 3600


@dataclass(frozen=True, slots=True)
class Chart:
    """What core/chart.html shows: a drawing, and rows of names and figures. Without rows, the drawing is a sentence."""

    drawing: SafeString
    head: Sequence[str]
    rows: Sequence[Sequence[tuple[str, str]]]


def throughput_chart(points: Sequence[Point], *, title: str, prefix: str) -> Chart:
    """A run's inputs per second; `prefix` begins the ids and must be the chart's alone on its page."""
    drawing = _kept(lambda: throughput(points, title=title, prefix=prefix), "throughput", tuple(points), title, prefix)
    head, rows = throughput_table(points)
    return Chart(drawing, head, [list(zip(head, row, strict=True)) for row in rows])


def hours_chart(days: Sequence[Day], period: Period, *, title: str, prefix: str) -> Chart:
    """Somebody's active hours by day, with their judgments and the time that passed in the table."""
    worked = tuple((day.day, round(day.hours, 4)) for day in days)
    data = (worked, period.first, min(period.last, max((day for day, _ in worked), default=period.last)))
    drawing = _kept(lambda: hours(*data, title=title, prefix=prefix), "hours", *data, title, prefix)
    head = ("Day", "Judgments", "Active hours", "Time passed, hours")
    rows = [(day_in_words(day.day), f"{day.judgments:,}", f"{day.hours:.2f}", f"{day.wall_hours:.2f}") for day in days]
    return Chart(drawing, head, [list(zip(head, row, strict=True)) for row in rows])


def rates_chart(shown: Sequence[Rate], line: Rate | None, *, title: str, prefix: str) -> Chart:
    """Shares as whiskers, with those that are not known and why in the table."""
    data = (tuple(shown), line)
    drawing = _kept(lambda: rates(shown, line, title=title, prefix=prefix), "rates", *data, title, prefix)
    every = [*shown, *([line] if line else [])]
    rows = [
        (rate.name, _share(rate.value, rate.reason), _interval(rate.low, rate.high), f"{rate.n:,}") for rate in every
    ]
    head = ("Figure", "Share", "95 % interval", "n")
    return Chart(drawing, head, [list(zip(head, row, strict=True)) for row in rows])


def reliability_chart(bins: Sequence[Bin], *, title: str, prefix: str) -> Chart:
    """What was predicted against what was right, by bins."""
    data = tuple(bins)
    drawing = _kept(lambda: reliability(bins, title=title, prefix=prefix), "reliability", data, title, prefix)
    head = ("Predicted from", "Mean prediction", "Right", "95 % interval", "n")
    rows = [
        (
            f"{share_in_words(each.low)} to {share_in_words(each.high)}",
            _share(each.predicted),
            _share(each.right),
            _interval(each.right_low, each.right_high),
            f"{each.n:,}",
        )
        for each in bins
        if each.n
    ]
    return Chart(drawing, head, [list(zip(head, row, strict=True)) for row in rows])


def _share(value: float | None, reason: str = "") -> str:
    return f"– {reason}".rstrip() if value is None else share_in_words(value)


def _interval(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{share_in_words(low)} to {share_in_words(high)}"


def _kept(draw: Callable[[], str], *data: object) -> SafeString:
    """The drawing of these data, from the cache if it is there."""
    key = f"chart:{sha256(repr(data).encode()).hexdigest()}"
    drawing: str | None = cache.get(key)
    if drawing is None:
        drawing = draw()
        cache.set(key, drawing, SECONDS_KEPT)
    return mark_safe(drawing)  # noqa: S308 - the clean-up pass writes texts escaped
