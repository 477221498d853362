"""Times below a chart are round, few, and as short as they can be."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.charts.times import bucket_seconds, said, times_between

BEGIN = datetime(2026, 11, 25, 17, 35, 20, tzinfo=UTC).timestamp()
MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.mark.parametrize(
    ("span", "labels"),
    [
        (2, ["17:35:20", "17:35:21", "17:35:22"]),
        (45, ["17:35:30", "17:35:45", "17:36:00"]),
        (10 * MINUTE, ["17:36", "17:39", "17:42", "17:45"]),
        (10 * HOUR, ["18:00", "21:00", "26 Nov", "03:00"]),
        (2 * DAY, ["26 Nov", "12:00", "27 Nov", "12:00"]),
        (9 * DAY, ["27 Nov", "30 Nov", "3 Dec"]),
        (300 * DAY, ["21 Jan", "22 Apr", "22 Jul"]),
        (1000 * DAY, ["Dec 2026", "Dec 2027", "Dec 2028"]),
    ],
)
def test_labels_fit_the_span(span, labels):
    assert [label for _, label in times_between(BEGIN, BEGIN + span)] == labels


def test_there_are_one_to_five_over_any_span():
    span = 2.0
    while span < 30 * 365 * DAY:
        times = times_between(BEGIN, BEGIN + span)
        assert 1 <= len(times) <= 5, span
        assert all(BEGIN <= at <= BEGIN + span for at, _ in times)
        assert len({label for _, label in times}) == len(times) or span > DAY
        span *= 1.07


def test_a_time_is_said_in_utc():
    tokyo = timezone(timedelta(hours=9))
    assert said(datetime(2026, 11, 26, 2, 35, 20, tzinfo=tokyo)) == "25 Nov 2026 17:35:20"


@pytest.mark.parametrize(
    ("span", "seconds"), [(0, 1), (90, 1), (600, 5), (2 * HOUR, 60), (DAY, 900), (30 * DAY, 21_600)]
)
def test_buckets_are_round_and_at_most_120(span, seconds):
    assert bucket_seconds(span) == seconds
    assert span / seconds <= 120
