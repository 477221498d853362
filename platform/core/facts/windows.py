"""Stretches of ids and of days, small and large, as facets of the rows in them.

A search walks stretches of ids from the newest down, as wide as what it looks for is rare: whatever is combined, the
index meets the stretch, the facets and the words in one place, and hardly more rows are fetched than are shown.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

# How many low bits of an id the stretches of each level leave out.
LEVELS = (5, 9, 13, 17)
STRETCHES_A_LEVEL = 16
DAY_BITS = (0, 5, 10)
SECONDS_A_DAY = 86_400

# Of the row `w`.
WINDOWS = "unnest(ARRAY[{}])".format(
    ", ".join(f"(w.id >> {bits}) * {len(LEVELS)} + {level}" for level, bits in enumerate(LEVELS))
)
DAY = f"(floor(extract(epoch FROM w.created) / {SECONDS_A_DAY})::bigint)"
DAYS = ", ".join(f"'days{bits}=' || ({DAY} >> {bits})" for bits in DAY_BITS)


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


def days(start: datetime | None, end: datetime | None, *, first: datetime, last: datetime) -> list[str]:
    """The fewest facets of days, in UTC, that cover the time from `start` to just before `end`."""
    low, high = _day(max(start or first, first)), _day(min(end or last, last))
    found = []
    while low <= high:
        bits = next(bits for bits in reversed(DAY_BITS) if low % (1 << bits) == 0 and low + (1 << bits) - 1 <= high)
        found.append(f"days{bits}={low >> bits}")
        low += 1 << bits
    return found


def _day(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() // SECONDS_A_DAY)
