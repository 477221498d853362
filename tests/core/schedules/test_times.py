"""When a schedule is due, by the calendar and the clocks of its time zone."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from celery.schedules import crontab

from core.schedules.times import DAYS, FIELDS, MONTHS, CronError, last_time, next_times, read_cron
from core.schedules.words import Simple, in_words, simple_of

ZURICH = "Europe/Zurich"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(line: str, after: str, count: int, zone: str = ZURICH) -> list[str]:
    return [f"{moment:%Y-%m-%d %H:%M}" for moment in next_times(line, zone, utc(after), count)]


def test_a_night_is_a_night_of_the_projects_time_zone() -> None:
    assert times("0 2 * * *", "2026-11-25T12:00", 2) == ["2026-11-26 01:00", "2026-11-27 01:00"]
    assert times("0 2 * * *", "2026-11-25T12:00", 1, "UTC") == ["2026-11-26 02:00"]
    assert times("0 2 * * *", "2026-11-25T12:00", 1, "Asia/Kathmandu") == ["2026-11-25 20:15"]


def test_a_moment_that_is_due_is_not_after_itself() -> None:
    assert times("0 2 * * *", "2026-11-26T01:00", 1) == ["2026-11-27 01:00"]
    assert times("0 2 * * *", "2026-11-26T00:59:59", 1) == ["2026-11-26 01:00"]


def test_a_time_that_does_not_exist_in_spring_comes_once_when_the_gap_ends() -> None:
    assert times("30 2 * * *", "2026-03-28T12:00", 2) == ["2026-03-29 01:00", "2026-03-30 00:30"]
    assert times("*/20 2 * * *", "2026-03-28T12:00", 2) == ["2026-03-29 01:00", "2026-03-30 00:00"]
    assert times("*/30 * * * *", "2026-03-29T00:15", 3) == ["2026-03-29 00:30", "2026-03-29 01:00", "2026-03-29 01:30"]


def test_a_time_that_exists_twice_in_autumn_comes_once() -> None:
    assert times("30 2 * * *", "2026-10-24T12:00", 2) == ["2026-10-25 00:30", "2026-10-26 01:30"]
    assert times("0 * * * *", "2026-10-24T23:30", 3) == ["2026-10-25 00:00", "2026-10-25 02:00", "2026-10-25 03:00"]


def test_a_gap_at_midnight_and_half_an_hour() -> None:
    assert times("0 0 * * *", "2026-04-23T20:00", 2, "Africa/Cairo") == ["2026-04-23 22:00", "2026-04-24 21:00"]
    assert times("15 2 * * *", "2026-10-03T00:00", 1, "Australia/Lord_Howe") == ["2026-10-03 15:30"]


def test_a_day_that_a_country_left_out() -> None:
    assert times("0 2 * * *", "2011-12-29T13:00", 2, "Pacific/Apia") == ["2011-12-30 10:00", "2011-12-30 12:00"]


@pytest.mark.parametrize("zone", [ZURICH, "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC"])
def test_every_time_of_every_day_of_a_year_comes_once(zone: str) -> None:
    found = next_times("30 1-3 * * *", zone, utc("2025-12-31T23:59"), 3 * 365)
    assert found == sorted(set(found))
    assert 3 * 365 - 2 <= len({moment for moment in found if moment < utc("2026-12-31T23:59")}) <= 3 * 365 + 3


def test_the_last_time_is_the_one_before_the_next() -> None:
    rng = random.Random(7)
    for _ in range(50):
        line = rng.choice(["0 2 * * *", "30 2 * * *", "*/7 * * * *", "0 9 1 * *", "0 0 29 2 *", "0 3 * * 0"])
        now = utc("2026-01-01T00:00") + timedelta(minutes=rng.randrange(525_600))
        last = last_time(line, ZURICH, now)
        assert last <= now < next_times(line, ZURICH, last, 1)[0]


def test_a_leap_day_on_a_monday_is_found() -> None:
    assert times("0 12 29 2 mon", "2026-01-01T00:00", 1, "UTC") == ["2044-02-29 12:00"]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("60 2 * * *", "minute “60”"),
        ("jan 2 * * *", "minute “jan”"),
        ("0 24 * * *", "hour “24”"),
        ("0 2 0 * *", "day of the month “0”"),
        ("0 2 * 13 *", "month “13”"),
        ("0 2 * mon *", "month “mon”"),
        ("0 2 * * 7", "day of the week “7”"),
        ("0 2 * * jan", "day of the week “jan”"),
        ("*/0 * * * *", "minute “*/0”"),
        ("1-5;x * * * *", "minute “1-5;x”"),
        ("5/10 * * * *", "minute “5/10”"),
        (", * * * *", "minute “,”"),
        ("-1 * * * *", "minute “-1”"),
        ("٣ * * * *", "minute “٣”"),
        (f"{'1,' * 40}1 * * * *", "minute"),
    ],
)
def test_the_field_that_does_not_fit_is_named(line: str, field: str) -> None:
    with pytest.raises(CronError, match=r"does not fit\. Write ") as refused:
        read_cron(line)
    assert f"The {field}" in str(refused.value)


@pytest.mark.parametrize("line", ["", "0 2 * *", "0 2 * * * *", "@daily", "0"])
def test_a_line_has_five_fields(line: str) -> None:
    with pytest.raises(CronError, match="Write five: minute, hour, day of the month, month, day of the week"):
        read_cron(line)


@pytest.mark.parametrize("line", ["0 2 31 2 *", "0 2 30 feb *", "0 2 31 4,6,9,11 *"])
def test_a_day_that_never_comes_is_refused(line: str) -> None:
    with pytest.raises(CronError, match="No day fits"):
        read_cron(line)


def test_a_line_means_what_beat_makes_of_it() -> None:
    rng = random.Random(1)
    for _ in range(300):
        parts = [_part(rng, field.least, field.most, field.names) for field in FIELDS]
        theirs = crontab(parts[0], parts[1], parts[4], parts[2], parts[3])
        ours = read_cron(" ".join(parts))
        assert (set(ours.minutes), set(ours.hours)) == (theirs.minute, theirs.hour)
        days = (theirs.day_of_month, theirs.month_of_year, theirs.day_of_week)
        assert (ours.days, ours.months, ours.weekdays) == days


def _part(rng: random.Random, least: int, most: int, names: tuple[str, ...]) -> str:
    low, high = sorted(rng.sample(range(least, min(most, 28) + 1), 2))
    named = f"{names[low - least]}-{names[high - least]}" if names else f"{low}-{high}/2"
    return rng.choice(["*", f"*/{rng.randint(1, 5)}", f"{low}", f"{low},{high}", f"{low}-{high}", named])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 2 * * *", "every night at 02:00"),
        ("30 14 * * *", "every day at 14:30"),
        ("15 8 * * 1-5", "on weekdays at 08:15"),
        ("15 8 * * mon-fri", "on weekdays at 08:15"),
        ("5 * * * *", "every hour at :05"),
        ("* * * * *", "every minute"),
        ("*/15 * * * *", "every 15 minutes"),
        ("*/7 * * * *", "at */7 * * * *"),
        ("0 6 * * 1", "every Monday at 06:00"),
        ("0 6 * * sun", "every Sunday at 06:00"),
        ("0 6 1 * *", "on day 1 of every month at 06:00"),
        ("0 6 1,15 * *", "at 0 6 1,15 * *"),
    ],
)
def test_common_times_are_told_in_words(line: str, words: str) -> None:
    assert in_words(line) == words


@pytest.mark.parametrize(
    ("simple", "line"),
    [
        (Simple("daily", "02:00"), "0 2 * * *"),
        (Simple("weekdays", "23:59"), "59 23 * * 1-5"),
        (Simple("hourly", minute=30), "30 * * * *"),
    ],
)
def test_a_simple_time_is_a_line_and_the_line_the_time(simple: Simple, line: str) -> None:
    assert simple.cron == line
    assert simple_of(line) == simple


@pytest.mark.parametrize(
    "simple", [Simple("daily", "24:00"), Simple("daily", "2"), Simple("daily", ""), Simple("hourly", minute=60)]
)
def test_a_simple_time_that_is_none_is_refused(simple: Simple) -> None:
    with pytest.raises(CronError, match="Write "):
        _ = simple.cron


def test_names_count_as_celery_counts() -> None:
    assert (len(MONTHS), len(DAYS)) == (12, 7)
