"""When a schedule is due: a cron line of five fields, in a time zone, as moments in UTC. Knows nothing of Django."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from celery.schedules import crontab_parser

from core.errors import PrefereeError

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LONGEST_FIELD = 60
# 29 February on a given day of the week may be 40 years away.
FURTHEST = timedelta(days=41 * 366)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class CronError(PrefereeError):
    """The line does not say when; names the field that does not fit."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()

    @property
    def values(self) -> str:
        named = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return f"{self.least} to {self.most}{named}"


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of the week", 0, 6, DAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """What each field allows. A day has to fit all three of its fields; 0 is Sunday."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def has(self, day: date) -> bool:
        return day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.weekdays


def read_cron(line: str) -> Cron:
    """Raises CronError with a sentence that names the field."""
    parts = line.lower().split()
    if len(parts) != len(FIELDS):
        names = ", ".join(field.name for field in FIELDS)
        raise CronError(f"“{line.strip()}” has {len(parts)} fields. Write five: {names}; 0 2 * * * is 02:00 every day.")
    minutes, hours, days, months, weekdays = map(_allowed, FIELDS, parts)
    cron = Cron(tuple(sorted(minutes)), tuple(sorted(hours)), days, months, weekdays)
    if not any(cron.has(date(2000, 1, 1) + DAY * number) for number in range(FURTHEST.days)):
        raise CronError(f"No day fits “{line.strip()}”: its day and its month never meet. Change one of the two.")
    return cron


def _allowed(field: Field, text: str) -> frozenset[int]:
    """Celery's reading, so that its beat means the same; names are checked before, for it takes “jan” for a minute."""
    one = "|".join((r"\d{1,2}", *field.names))
    part = rf"(?:{one}|(?:\*|(?:{one})-(?:{one}))(?:/[1-9]\d?)?)"
    try:
        if len(text) > LONGEST_FIELD or not re.fullmatch(rf"{part}(?:,{part})*", text, re.ASCII):
            raise ValueError
        return frozenset(crontab_parser(field.most - field.least + 1, field.least).parse(text))
    except ValueError:
        sentence = f"The {field.name} “{text}” does not fit. Write {field.values}, lists (1,3), ranges (1-5), or */2."
        raise CronError(sentence) from None


def next_times(line: str, zone: str, after: datetime, count: int) -> list[datetime]:
    """The next moments after that one, ascending; fewer where they lie decades ahead."""
    return list(islice(_from(read_cron(line), ZoneInfo(zone), after), count))


def last_time(line: str, zone: str, until: datetime) -> datetime:
    """The latest moment that is not after that one."""
    cron, within = read_cron(line), ZoneInfo(zone)
    day = until.astimezone(within).date() + DAY
    while True:
        if found := [moment for moment in _on(cron, within, day) if moment <= until]:
            return found[-1]
        day -= DAY


def _from(cron: Cron, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    first = after.astimezone(zone).date() - DAY
    last = after
    for number in range(FURTHEST.days):
        for moment in _on(cron, zone, first + DAY * number):
            if moment > last:
                yield moment
                last = moment


def _on(cron: Cron, zone: ZoneInfo, day: date) -> Iterator[datetime]:
    """The moments of a day of the calendar there, ascending; several may be one where clocks go forward."""
    if cron.has(day):
        for hour in cron.hours:
            for minute in cron.minutes:
                yield _moment(datetime.combine(day, time(hour, minute)), zone)


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """What the clock shows, as UTC: the first of two where clocks go back, the end of the gap where they go forward."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return moment
    moment = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before = moment.astimezone(zone).utcoffset()
    while moment.astimezone(zone).utcoffset() == before:
        moment += MINUTE
    return moment
