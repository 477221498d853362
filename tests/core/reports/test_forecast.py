"""When people will be done: worked out by hand."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.reports.forecast import Forecast, forecast, in_words

# A Monday
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_equal_days_leave_nothing_open():
    assert forecast([100] * 7, 300) == Forecast(3.0, 3.0, 3.0)


def test_days_that_differ_give_an_interval():
    """Mean 100, s = 20 (deviations -20, 0, 20), t(2) = 1.886, D = 4: 1.886 · 20 · sqrt(1/3 + 1/4) = 28.81 a day."""
    found = forecast([80, 100, 120], 400)
    assert found.days == 4
    assert found.earliest == pytest.approx(400 / 128.81, abs=0.001)
    assert found.latest == pytest.approx(400 / 71.19, abs=0.001)


def test_a_weekend_counts_as_the_days_without_work_that_it_is():
    """Mean 50, so 100 are done in 2 days; s² = (5·20² + 2·50²)/6 = 1166.7, s = 34.16, t(6) = 1.44."""
    found = forecast([70, 70, 70, 70, 70, 0, 0], 100)
    spread = 1.44 * 34.1565 * (1 / 7 + 1 / 2) ** 0.5
    assert found.days == 2
    assert found.earliest == pytest.approx(100 / (50 + spread), abs=0.001)
    assert found.latest == pytest.approx(100 / (50 - spread), abs=0.001)


def test_where_the_days_differ_too_much_no_latest_one_is_named():
    """Mean 50, s = 70.71, t(1) = 3.078: the slowest pace would be below zero."""
    found = forecast([100, 0], 100)
    assert (found.days, found.latest) == (2, None)


@pytest.mark.parametrize("counts", [[], [500], [0, 0], [0] * 7])
def test_one_day_or_none_with_work_tells_nothing(counts):
    assert forecast(counts, 100) is None


@pytest.mark.parametrize(
    ("days", "earliest", "latest", "words"),
    [
        (0.1, 0.1, 0.2, "done today at this pace"),
        (0.4, 0.3, 0.6, "done today at this pace, between today and tomorrow"),
        (1.0, 0.9, 1.2, "done tomorrow at this pace"),
        (3.0, 2.0, 5.0, "done on Thursday at this pace, between Wednesday and Saturday"),
        (6.0, 5.0, 9.0, "done on Sunday at this pace, between Saturday and 2 December"),
        (30.0, 20.0, 60.0, "done on 23 December at this pace, between 13 December and 22 January 2027"),
        (3.0, 2.0, None, "done on Thursday at this pace; the days differ too much to name a latest one"),
        (800.0, 700.0, None, "done in more than two years at this pace"),
    ],
)
def test_words_name_days_within_a_week_and_dates_beyond(days, earliest, latest, words):
    assert in_words(Forecast(days, earliest, latest), NOW) == words


def test_the_day_is_that_of_the_time_zone():
    found = Forecast(0.4, 0.4, 0.4)
    late = datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert in_words(found, late) == "done tomorrow at this pace"
    assert in_words(found, late.astimezone(ZoneInfo("Pacific/Honolulu"))) == "done today at this pace"


def test_an_end_beyond_two_years_is_no_promise():
    assert forecast([1, 1, 2], 100_000).latest is None
