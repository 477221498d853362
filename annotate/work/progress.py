"""What a person has done in the open round of a project and what is left for them."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.utils import timezone

from core.models import Project, User
from core.rows import Ask, Rows, ask
from core.work import Work

COUNTED_UP_TO = 1_000
EXACT_UP_TO = 100
COUNTED_FOR = 10  # seconds

# The lines in which the person stands, with their places: all that is open before those, they have seen.
LINES = """
SELECT own.id AS group_id, quota.id AS quota_id, step.priority, step.level,
       COALESCE(at.tie, -1) AS tie, COALESCE(at.comparison_id, 0) AS comparison_id
  FROM (SELECT 0 AS id UNION ALL
        SELECT g.id FROM core_group g JOIN core_group_people member ON member.group_id = g.id
         WHERE g.project_id = p.id AND member.user_id = %(person)s) AS own
 CROSS JOIN (SELECT 0 AS id UNION ALL
             SELECT id FROM annotate_quota WHERE project_id = p.id AND used < most) AS quota
 CROSS JOIN LATERAL (
       WITH RECURSIVE step (priority, level) AS (
            SELECT -32767::smallint, -1::smallint
             UNION ALL
            SELECT following.priority, following.level FROM step CROSS JOIN LATERAL (
                   SELECT q.priority, q.level FROM annotate_queueitem q
                    WHERE q.project_id = p.id AND q.group_id = own.id AND q.quota_id = quota.id AND q.is_open
                      AND (q.priority, q.level) > (step.priority, step.level)
                    ORDER BY q.priority, q.level LIMIT 1) following)
       SELECT * FROM step WHERE level >= 0) AS step
  LEFT JOIN annotate_place at ON at.person_id = %(person)s AND at.project_id = p.id AND at.group_id = own.id
        AND at.quota_id = quota.id AND at.priority = step.priority AND at.level = step.level
"""
OPEN = f"""
SELECT count(*) FROM (
       SELECT FROM ({LINES}) AS line
        CROSS JOIN LATERAL (
              SELECT FROM annotate_queueitem q
               WHERE q.project_id = p.id AND q.group_id = line.group_id AND q.quota_id = line.quota_id
                 AND q.priority = line.priority AND q.level = line.level AND q.is_open
                 AND (q.tie, q.comparison_id) >= (line.tie, line.comparison_id) {{unseen}}
               LIMIT %(most)s) AS each
        LIMIT %(most)s) AS counted
"""
UNSEEN = """
AND NOT EXISTS (SELECT FROM annotate_assignment a
                 WHERE a.person_id = %(person)s AND a.comparison_id = q.comparison_id AND a.state <> 'lapsed' OFFSET 0)
"""
NOT_BEFORE_THEM = """
AND q.comparison_id <> ALL (ARRAY (SELECT a.comparison_id FROM annotate_assignment a WHERE a.person_id = %(person)s
                                      AND a.project_id = p.id AND a.state IN ('held', 'ahead')))
"""
WORK = f"""
SELECT p.id,
       (SELECT count(*) FROM annotate_assignment a
         WHERE a.person_id = %(person)s AND a.project_id = p.id AND a.state = 'done' AND a.round_id = round.id),
       (SELECT count(*) FROM annotate_assignment a
         WHERE a.person_id = %(person)s AND a.project_id = p.id AND a.state IN ('held', 'ahead')) +
       (SELECT count(*) FROM annotate_assignment a
         WHERE a.person_id = %(person)s AND a.project_id = p.id AND a.state = 'assigned'),
       ({OPEN.format(unseen=NOT_BEFORE_THEM)})
  FROM unnest(%(projects)s::bigint[]) AS p (id)
  JOIN core_membership m ON m.project_id = p.id AND m.user_id = %(person)s
  JOIN LATERAL (SELECT r.id FROM core_round r WHERE r.project_id = p.id AND r.closed IS NULL
                 ORDER BY r.number DESC LIMIT 1) AS round ON true
"""
TODAY = """
(SELECT count(*) FROM core_judgment j
  WHERE j.project_id = %(project)s AND j.person_id = %(person)s AND j.created >= %(midnight)s AND j.live
    AND j.status <> 'skipped' AND j.occasion = 'first')
"""
DONE_TODAY = f"""
SELECT {TODAY}, (SELECT count(*) FROM annotate_assignment a
                  WHERE a.person_id = %(person)s AND a.project_id = %(project)s AND a.state = 'done' AND a.round_id = (
                        SELECT r.id FROM core_round r WHERE r.project_id = %(project)s AND r.closed IS NULL
                         ORDER BY r.number DESC LIMIT 1))
"""
EXACT = f"SELECT p.id, ({OPEN.format(unseen=UNSEEN)}) FROM unnest(%(projects)s::bigint[]) AS p (id)"


def work_in(person: User, projects: Sequence[Project]) -> Mapping[int, Work]:
    """By the project's primary key, in one query, or two where little is left in one of them.

    The queue of a large project is not counted to its end: nobody plans by more than a thousand. Where more than a
    hundred wait past the person's places, it is not asked of each whether they have seen it out of turn.
    """
    named = _named(person, projects)
    return _counted(ask(WORK, named), named)


def standing_of(person: User, project: Project) -> tuple[Work, int]:
    """How far they are in the open round, and what they submitted since midnight in the project's time zone."""
    return read_standing(person, project, ask(*standing_on(person, project)))


def standing_on(person: User, project: Project) -> Ask:
    midnight = timezone.now().astimezone(ZoneInfo(project.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return DONE_TODAY, {"project": project.pk, "person": person.pk, "midnight": midnight}


def read_standing(person: User, project: Project, found: Rows) -> tuple[Work, int]:
    """From the rows of `standing_on`.

    While much is left, what it comes to in all is counted anew only now and then: it does not change by answering.
    """
    ((today, done),) = found
    known = cache.get(key := f"work-{person.pk}-{project.pk}")
    if known and known.total - done > EXACT_UP_TO and known.done <= done:
        return Work(done, known.total - done, known.more), today
    work = work_in(person, [project]).get(project.pk, Work())
    if work.left > EXACT_UP_TO:
        cache.set(key, work, COUNTED_FOR)
    return work, today


def _named(person: User, projects: Sequence[Project]) -> dict[str, Any]:
    return {"projects": [project.pk for project in projects], "person": person.pk, "most": COUNTED_UP_TO + 1}


def _counted(rows: Sequence[Sequence[Any]], named: Mapping[str, Any]) -> Mapping[int, Work]:
    few = [pk for pk, _, _, waiting in rows if 0 < waiting <= EXACT_UP_TO]
    exact: dict[int, int] = dict(ask(EXACT, {**named, "projects": few})) if few else {}
    return {pk: _work(done, before + exact.get(pk, waiting)) for pk, done, before, waiting in rows}


def _work(done: int, left: int) -> Work:
    return Work(done, min(left, COUNTED_UP_TO), more=left > COUNTED_UP_TO)
