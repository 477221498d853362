"""What a person has done in the open round of a project and what is left for them."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from core.models import Judgment, Occasion, Project, Status, User
from core.work import Work

COUNTED_UP_TO = 1_000

# The queue of a large project is not counted to its end: nobody plans by more than a thousand.
WORK = """
SELECT p.id, mine.done, mine.held + open.n
  FROM unnest(%(projects)s::bigint[]) AS p (id)
  JOIN core_membership m ON m.project_id = p.id AND m.user_id = %(person)s
  JOIN LATERAL (SELECT r.id FROM core_round r WHERE r.project_id = p.id AND r.closed IS NULL
                 ORDER BY r.number DESC LIMIT 1) AS round ON true
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE a.state = 'done' AND a.round_id = round.id) AS done,
              count(*) FILTER (WHERE a.state IN ('held', 'ahead', 'assigned')) AS held
         FROM annotate_assignment a WHERE a.person_id = %(person)s AND a.project_id = p.id) AS mine
 CROSS JOIN LATERAL (
       SELECT count(*) AS n FROM (
              SELECT FROM (SELECT 0 AS id UNION ALL
                           SELECT g.id FROM core_group g JOIN core_group_people member ON member.group_id = g.id
                            WHERE g.project_id = p.id AND member.user_id = %(person)s) AS own
               CROSS JOIN LATERAL (
                     SELECT FROM annotate_queueitem q
                      WHERE q.project_id = p.id AND q.group_id = own.id AND q.is_open
                        AND NOT EXISTS (SELECT FROM annotate_assignment a
                                         WHERE a.person_id = %(person)s AND a.comparison_id = q.comparison_id
                                           AND a.state <> 'lapsed' OFFSET 0)
                      LIMIT %(most)s) AS each
               LIMIT %(most)s) AS counted) AS open
"""


def work_in(person: User, projects: Sequence[Project]) -> Mapping[int, Work]:
    """By the project's primary key, in one query."""
    ids = [project.pk for project in projects]
    with connection.cursor() as cursor:
        cursor.execute(WORK, {"projects": ids, "person": person.pk, "most": COUNTED_UP_TO + 1})
        return {pk: _work(done, left) for pk, done, left in cursor.fetchall()}


def _work(done: int, left: int) -> Work:
    return Work(done, min(left, COUNTED_UP_TO), more=left > COUNTED_UP_TO)


def done_today(person: User, project: Project) -> int:
    """What they submitted since midnight in the project's time zone, read from one index."""
    midnight = timezone.now().astimezone(ZoneInfo(project.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    own = Judgment.objects.filter(project=project, person=person, created__gte=midnight, live=True)
    return own.exclude(status=Status.SKIPPED).filter(occasion=Occasion.FIRST).count()
