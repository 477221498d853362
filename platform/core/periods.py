"""Stretches of days in a project's time zone: weeks begin on Monday, months on the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from core.charts.times import day_in_words
from core.errors import PrefereeError
from core.models import Project

NAMES = {
    "this-week": "This week",
    "last-week": "Last week",
    "this-month": "This month",
    "last-month": "Last month",
    "days": "From day to day",
}
USUAL = "this-week"
LONGEST = timedelta(days=3_660)


class BadPeriod(PrefereeError):
    """Days that make no period; the text goes beside them."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included."""

    name: str
    first: date
    last: date
    zone: str

    @property
    def start(self) -> datetime:
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        """The midnight after the last day; a day of the zone may have 23 or 25 hours."""
        return self._midnight(self.last + timedelta(days=1))

    @property
    def in_words(self) -> str:
        return f"{NAMES[self.name]}, {day_in_words(self.first)} to {day_in_words(self.last)}"

    @property
    def query(self) -> str:
        return f"period={self.name}" + (f"&from={self.first}&to={self.last}" if self.name == "days" else "")

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=ZoneInfo(self.zone))


def period_of(project: Project, asked: Mapping[str, str]) -> Period:
    """What a page is asked for; this week where it is asked for nothing known. Raises BadPeriod."""
    name = asked.get("period", USUAL)
    if name == "days":
        return _days(project, asked.get("from", ""), asked.get("to", ""))
    return this_week(project) if name not in NAMES else Period(name, *_bounds(name, today(project)), project.time_zone)


def this_week(project: Project) -> Period:
    return Period(USUAL, *_bounds(USUAL, today(project)), project.time_zone)


def today(project: Project) -> date:
    return timezone.now().astimezone(ZoneInfo(project.time_zone)).date()


def _bounds(name: str, day: date) -> tuple[date, date]:
    monday, first = day - timedelta(days=day.weekday()), day.replace(day=1)
    if name == "last-week":
        return monday - timedelta(days=7), monday - timedelta(days=1)
    if name == "this-month":
        return first, _next_month(first) - timedelta(days=1)
    if name == "last-month":
        return (first - timedelta(days=1)).replace(day=1), first - timedelta(days=1)
    return monday, monday + timedelta(days=6)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _days(project: Project, first: str, last: str) -> Period:
    try:
        period = Period("days", date.fromisoformat(first), date.fromisoformat(last), project.time_zone)
    except ValueError:
        raise BadPeriod("Write both days as 2026-11-25.") from None
    if period.last < period.first:
        raise BadPeriod("The last day is before the first. Swap them.")
    if period.last - period.first > LONGEST or not 1970 <= period.first.year <= 9000:
        raise BadPeriod("This is longer than ten years. Choose fewer days.")
    return period
