"""Stretches of ids and of hours, small and large, as facets of the rows in them.

A search walks stretches of ids from the newest down, as wide as what it looks for is rare: whatever is combined, the
index meets the stretch, the facets and the words in one place, and hardly more rows are fetched than are shown.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

# How many low bits of an id the stretches of each level leave out.
LEVELS = (5, 9, 13, 17)
STRETCHES_A_LEVEL = 16
# Hours, for midnight is at a whole hour of UTC in most time zones.
HOUR_BITS = (0, 5, 10, 15)
SECONDS_AN_HOUR = 3_600

# Of the row `w`.
WINDOWS = "unnest(ARRAY[{}])".format(
    ", ".join(f"(w.id >> {bits}) * {len(LEVELS)} + {level}" for level, bits in enumerate(LEVELS))
)
HOUR = f"(floor(extract(epoch FROM w.created) / {SECONDS_AN_HOUR})::bigint)"
HOURS = ", ".join(f"'hours{bits}=' || ({HOUR} >> {bits})" for bits in HOUR_BITS)


def facet_of(level: int, stretch: int) -> int:
    return stretch * len(LEVELS) + level


def first_after(window: int) -> int:
    """The id that comes right after the stretch of this facet."""
    stretch, level = divmod(window, len(LEVELS))
    return (stretch + 1) << LEVELS[level]


def stretches(before: int, least: int) -> Iterator[int]:
    """Facets of stretches that cover all ids from just below `before` down to `least`, each once, narrow ones first."""
    end = before
    for level, bits in enumerate(LEVELS):
        widest = level + 1 == len(LEVELS)
        left = STRETCHES_A_LEVEL
        while end > least and (widest or left > 0 or end % (1 << LEVELS[level + 1])):
            stretch = (end - 1) >> bits
            yield facet_of(level, stretch)
            end, left = stretch << bits, left - 1


def hours(start: datetime | None, end: datetime | None, *, first: datetime, last: datetime) -> list[str]:
    """The fewest facets of hours that cover the time from `start` to just before `end`, as far as there are rows."""
    low = _hour(max(start or first, first))
    high = _hour(last if end is None else min(end - timedelta(microseconds=1), last))
    found = []
    while low <= high:
        bits = next(bits for bits in reversed(HOUR_BITS) if low % (1 << bits) == 0 and low + (1 << bits) - 1 <= high)
        found.append(f"hours{bits}={low >> bits}")
        low += 1 << bits
    return found


def _hour(moment: datetime) -> int:
    return int(moment.timestamp() // SECONDS_AN_HOUR)
