"""When people will be done at the pace of the last days. Plain arithmetic, and its words; knows nothing of Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from statistics import mean, stdev

# Two-sided 80 % points of Student's t by degrees of freedom: 8 of 10 times the end lies within.
T80 = {1: 3.078, 2: 1.886, 3: 1.638, 4: 1.533, 5: 1.476, 6: 1.440}
LEAST_DAYS = 2
FURTHEST = 730.0  # days; nobody plans by a date beyond


@dataclass(frozen=True, slots=True)
class Forecast:
    """Days from now until the end, and the interval around it; `latest` is None where no end can be promised."""

    days: float
    earliest: float
    latest: float | None


def forecast(counts: Sequence[int], left: int) -> Forecast | None:
    """From what was done in each of 2 to 7 whole days, when the rest is; None where that tells nothing.

    The mean of the days is the pace. What the D days ahead bring differs from it by the spread of the n days behind
    us and by chance in those to come: t · s · sqrt(1/n + 1/D) a day, with the sample's s.
    """
    if len(counts) < LEAST_DAYS or not any(counts):
        return None
    pace = mean(counts)
    days = left / pace
    spread = T80[len(counts) - 1] * stdev(counts) * sqrt(1 / len(counts) + 1 / max(days, 1))
    slowest = pace - spread
    latest = left / slowest if slowest > 0 else None
    return Forecast(days, left / (pace + spread), latest if latest is not None and latest <= FURTHEST else None)


def in_words(found: Forecast, now: datetime) -> str:
    """Like "done on Thursday at this pace, between Wednesday and Saturday", by the days of `now`'s time zone."""
    if found.days > FURTHEST:
        return "done in more than two years at this pace"
    middle, earliest = _day(found.days, now), _day(found.earliest, now)
    said = f"done {_named(middle, now)} at this pace"
    if found.latest is None:
        return f"{said}; the days differ too much to name a latest one"
    latest = _day(found.latest, now)
    if earliest == latest:
        return said
    return f"{said}, between {_bare(earliest, now)} and {_bare(latest, now)}"


def _day(days: float, now: datetime) -> date:
    return (now + timedelta(days=days)).date()


def _named(day: date, now: datetime) -> str:
    bare = _bare(day, now)
    return bare if bare in ("today", "tomorrow") else f"on {bare}"


def _bare(day: date, now: datetime) -> str:
    """Within a week the day's name says it; a date is clearer from then on."""
    ahead = (day - now.date()).days
    if ahead < 2:
        return "tomorrow" if ahead == 1 else "today"
    if ahead < 7:
        return f"{day:%A}"
    return f"{day.day} {day:%B}" if day.year == now.year else f"{day.day} {day:%B %Y}"
