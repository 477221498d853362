"""Times along the bottom of a chart: round ones, a few, written as short as their distance allows. All are UTC."""

from datetime import UTC, date, datetime
from math import ceil

MINUTE, HOUR, DAY = 60, 3600, 86_400
STEPS = (
    *(1, 2, 3, 5, 10, 15, 20, 30),
    *(MINUTE * each for each in (1, 2, 3, 5, 10, 15, 20, 30)),
    *(HOUR * each for each in (1, 2, 3, 4, 6, 8, 12)),
    *(DAY * each for each in (1, 2, 3, 4, 7, 14, 21, 28, 42, 56, 91, 182, 365, 730, 1825, 3650)),
)
# At five labels, the longest, 17:35:20, still has room on a phone of 360 pixels.
MOST_LABELS = 5
MOST_BUCKETS = 120


def bucket_seconds(seconds: float) -> int:
    """How long the buckets of a chart over so many seconds should be, so that they are round and can be told apart."""
    return _step(seconds, MOST_BUCKETS)


def times_between(begin: float, end: float) -> list[tuple[float, str]]:
    """Round times of the span, both in seconds since 1970, each with its label."""
    step = _step(end - begin, MOST_LABELS - 1)
    return [(number * step, _label(number * step, step)) for number in range(ceil(begin / step), int(end // step) + 1)]


def said(moment: datetime) -> str:
    """The whole of a time, for a table or a sentence."""
    at = moment.astimezone(UTC)
    return f"{at.day} {at:%b %Y %H:%M:%S}"


def _step(seconds: float, most: int) -> int:
    return next((step for step in STEPS if seconds <= step * most), STEPS[-1])


def _label(seconds: int, step: int) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    if step >= 182 * DAY:
        return f"{at:%b %Y}"
    if seconds % DAY == 0:
        return f"{at.day} {at:%b}"
    return f"{at:%H:%M}" if step >= MINUTE else f"{at:%H:%M:%S}"


def day_in_words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
