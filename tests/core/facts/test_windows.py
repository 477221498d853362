from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from core.facts.windows import LEVELS, STRETCHES_A_LEVEL, first_after, hours, stretches


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


@pytest.mark.parametrize("days", [1, 2, 31, 40, 400, 4_000])
def test_hours_cover_the_time_and_are_few(days):
    start = datetime(2026, 3, 5, 22, tzinfo=UTC)
    end = start + timedelta(days=days)
    found = hours(start, end, first=start - timedelta(days=9_000), last=end + timedelta(days=9_000))
    covered = [hour for facet in found for hour in range_of(facet)]
    assert covered == list(range(*(int(moment.timestamp() // 3_600) for moment in (start, end))))
    assert len(found) < 130


def test_hours_reach_no_further_than_the_rows():
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 2, tzinfo=UTC)
    assert len(hours(None, None, first=first, last=last)) == 3


def range_of(facet: str) -> range:
    bits, number = facet.removeprefix("hours").split("=")
    return range(int(number) << int(bits), (int(number) + 1) << int(bits))
