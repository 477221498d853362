"""How long people worked, and how fast: from the times of their judgments, revised, skipped and surplus ones too.

A judgment's time is the active time that the browser measured, which is never longer than the time that passed; where
it measured none, the time that passed, up to ten minutes. docs/people.md says so to those who pay by it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.bulk import fetch, stream
from core.models import Project, User
from core.periods import Period, this_week

UNMEASURED_MOST_MS = 600_000
MS = 3_600_000

TIMED = """
core_judgment j CROSS JOIN LATERAL (SELECT COALESCE(j.active_ms, LEAST(COALESCE(j.wall_ms, 0), %(most)s)) AS ms,
                                           j.created >= %(start)s AND j.created < %(end)s AS now,
                                           j.status = 'skipped' AS skipped) t
"""
FIGURES = f"""
SELECT j.person_id, sum(t.ms), COALESCE(sum(t.ms) FILTER (WHERE t.now), 0),
       count(*) FILTER (WHERE t.now AND j.active_ms IS NULL),
       count(*) FILTER (WHERE t.now), count(*) FILTER (WHERE t.now AND t.skipped),
       count(*) FILTER (WHERE j.created >= %(week)s AND j.created < %(week_end)s),
       count(*) FILTER (WHERE t.now AND NOT t.skipped),
       percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY t.ms) FILTER (WHERE t.now AND NOT t.skipped),
       max(j.created)
  FROM {TIMED}
 WHERE j.project_id = %(project)s AND j.person_id IS NOT NULL
   AND (%(person)s::bigint IS NULL OR j.person_id = %(person)s)
 GROUP BY j.person_id
"""
DAYS = f"""
SELECT j.person_id, (j.created AT TIME ZONE %(zone)s)::date AS day, count(*), sum(t.ms),
       sum(LEAST(COALESCE(j.wall_ms, 0), %(longest)s)), count(*) FILTER (WHERE j.active_ms IS NULL)
  FROM {TIMED}
 WHERE j.project_id = %(project)s AND j.person_id IS NOT NULL
   AND (%(person)s::bigint IS NULL OR j.person_id = %(person)s)
   AND j.created >= %(start)s AND j.created < %(end)s
 GROUP BY j.person_id, day
"""
OF_PEOPLE = f"""
SELECT u.name, u.email, d.* FROM ({DAYS}) d JOIN core_user u ON u.id = d.person_id ORDER BY u.name, u.email, d.day
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of a judgment that was not skipped: the median, and the quartiles around it."""

    n: int
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Hours in all and in the period; judgments in the period and this week; how many had no measured time."""

    hours_ever: float = 0
    hours: float = 0
    unmeasured: int = 0
    judgments: int = 0
    skipped: int = 0
    this_week: int = 0
    pace: Pace | None = None
    last: datetime | None = None

    @property
    def skip_share(self) -> float | None:
        return self.skipped / self.judgments if self.judgments else None


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which somebody worked, in the project's time zone."""

    day: date
    judgments: int
    hours: float
    wall_hours: float
    unmeasured: int


def figures_of(project: Project, period: Period, person: User | None = None) -> Mapping[int, Figures]:
    """By the user's primary key, of everybody who ever judged here, in one query."""
    week = this_week(project)
    values = {**_values(project, period, person), "week": week.start, "week_end": week.end}
    return {row[0]: _figures(*row[1:]) for row in fetch(FIGURES, values)}


def days_of(project: Project, period: Period, person: User) -> list[Day]:
    rows = fetch(f"{DAYS} ORDER BY day", _values(project, period, person))
    return [_day(*row[1:]) for row in rows]


def days_of_people(project: Project, period: Period) -> Iterator[tuple[str, str, Day]]:
    """Name, e-mail and day of everybody who worked in the period; those who have left since, too."""
    for name, email, _, *row in stream(OF_PEOPLE, _values(project, period, None)):
        yield name, email, _day(*row)


def _values(project: Project, period: Period, person: User | None) -> dict[str, Any]:
    return {
        "project": project.pk,
        "person": person.pk if person else None,
        "start": period.start,
        "end": period.end,
        "zone": period.zone,
        "most": UNMEASURED_MOST_MS,
        "longest": MS,
    }


def _figures(
    ever: int, ms: int, unmeasured: int, n: int, skipped: int, week: int, of: int, pace: list[float], last: datetime
) -> Figures:
    paced = Pace(of, *(each / 1000 for each in pace)) if of else None
    return Figures(float(ever) / MS, float(ms) / MS, unmeasured, n, skipped, week, paced, last)


def _day(day: date, judgments: int, ms: int, wall: int, unmeasured: int) -> Day:
    return Day(day, judgments, float(ms) / MS, float(wall) / MS, unmeasured)
