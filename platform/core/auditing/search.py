"""Events of the log, newest first, narrowed by person, verb, target and time: every way of asking has its index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from core.bulk import fetch
from core.models import AuditEvent, Project, User

EVENTS_A_FETCH = 2_000
# Values of a column without reading every event: from each to the next one along the index.
DISTINCT = """
WITH RECURSIVE found AS (
     (SELECT {column} AS value FROM core_auditevent WHERE {where} AND {column} IS NOT NULL ORDER BY {column} LIMIT 1)
     UNION ALL
     SELECT (SELECT e.{column} FROM core_auditevent e WHERE {e_where} AND e.{column} > found.value
              ORDER BY e.{column} LIMIT 1) FROM found WHERE found.value IS NOT NULL)
SELECT value FROM found WHERE value IS NOT NULL LIMIT 1000
"""

Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Search:
    """`project` None is the whole installation. Days are whole ones in `zone`; `target` is how it begins."""

    project: Project | None = None
    person: User | None = None
    verb: str = ""
    target: str = ""
    since: date | None = None
    until: date | None = None
    zone: str = "UTC"

    def page(self, before: Place | None, count: int) -> list[AuditEvent]:
        events = self._events()
        if before is not None:
            at, pk = before
            events = events.filter(at__lte=at).exclude(at=at, pk__gte=pk)
        return list(events.order_by("-at", "-id")[:count])

    def every(self) -> Iterator[Sequence[AuditEvent]]:
        """All of them, some at a time."""
        before = None
        while events := self.page(before, EVENTS_A_FETCH):
            yield events
            before = events[-1].at, events[-1].pk

    def verbs(self) -> list[str]:
        return self._distinct("verb")

    def people(self) -> list[User]:
        return sorted(User.objects.filter(pk__in=self._distinct("actor_id")), key=str)

    def _distinct(self, column: str) -> list[Any]:
        if self.project is None:
            return [value for (value,) in fetch(DISTINCT.format(column=column, where="true", e_where="true"), [])]
        sql = DISTINCT.format(column=column, where="project_id = %(p)s", e_where="e.project_id = %(p)s")
        return [value for (value,) in fetch(sql, {"p": self.project.pk})]

    def _events(self) -> QuerySet[AuditEvent]:
        exact = {"project": self.project, "actor": self.person, "verb": self.verb}
        events = AuditEvent.objects.filter(**{name: value for name, value in exact.items() if value})
        if self.target:
            events = events.filter(target__startswith=self.target)
        if self.since:
            events = events.filter(at__gte=self._midnight(self.since))
        if self.until:
            events = events.filter(at__lt=self._midnight(self.until + timedelta(days=1)))
        return events

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, ZoneInfo(self.zone)).astimezone(UTC)
