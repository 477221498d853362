from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from core.facts.windows import LEVELS, STRETCHES_A_LEVEL, days, first_after, stretches


def ids_of(window: int) -> range:
    end = first_after(window)
    return range(end - (1 << LEVELS[window % len(LEVELS)]), end)


@pytest.mark.parametrize(("before", "least"), [(1, 0), (33, 32), (34, 1), (700, 3), (131_073, 1), (3_000_000, 17)])
def test_stretches_cover_every_id_once_from_the_newest_down(before, least):
    parts = [ids_of(window) for window in stretches(before, least)]
    assert parts[0].stop >= before
    assert parts[-1].start <= least
    assert all(older.stop == newer.start for newer, older in pairwise(parts))


def test_stretches_get_wider_and_stay_few():
    widths = [len(ids_of(window)) for window in stretches(10_000_000, 0)]
    assert widths == sorted(widths)
    assert len(widths) < 2 * STRETCHES_A_LEVEL * len(LEVELS) + 10_000_000 / (1 << LEVELS[-1])


@pytest.mark.parametrize("length", [0, 1, 31, 40, 400, 4_000])
def test_days_cover_the_time_and_are_few(length):
    start = datetime(2026, 3, 5, 22, tzinfo=UTC)
    end = start + timedelta(days=length)
    found = days(start, end, first=start - timedelta(days=9_000), last=end + timedelta(days=9_000))
    covered = [day for facet in found for day in range_of(facet)]
    first, last = (int(moment.timestamp() // 86_400) for moment in (start, end))
    assert covered == list(range(first, last + 1))
    assert len(found) < 100


def test_days_reach_no_further_than_the_rows():
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)
    assert len(days(None, None, first=first, last=last)) == 3


def range_of(facet: str) -> range:
    bits, number = facet.removeprefix("days").split("=")
    return range(int(number) << int(bits), (int(number) + 1) << int(bits))
