"""Give back places that nobody will fill. Lock order: queue item, then assignment."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from annotate.models import AssignmentState
from annotate.queue.lines import FRESH, level
from core.bulk import fetch
from core.models import Project
from core.permissions import MAY
from core.signals import people_changed

JUDGING = [role for role, verbs in MAY.items() if "judge" in verbs]

EXPIRED = """
SELECT a.id FROM annotate_assignment a JOIN annotate_queueitem q USING (comparison_id)
 WHERE a.state IN ('held', 'ahead') AND a.expires < statement_timestamp()
   AND a.project_id = %(project)s AND a.person_id <> %(person)s
 ORDER BY q.comparison_id LIMIT 100 FOR UPDATE OF q SKIP LOCKED
"""
# What is held by somebody who judges no more; what is assigned to somebody who does not, or is not in its group.
LOST = """
SELECT a.id FROM annotate_assignment a JOIN annotate_queueitem q USING (comparison_id)
 WHERE a.project_id = %(project)s AND a.person_id = ANY (%(people)s) AND a.state IN ('held', 'ahead', 'assigned')
   AND (NOT EXISTS (SELECT FROM core_membership m WHERE m.project_id = a.project_id AND m.user_id = a.person_id
                       AND m.paused IS NULL AND m.role = ANY (%(judging)s))
        OR a.state = 'assigned' AND q.group_id <> 0
           AND NOT EXISTS (SELECT FROM core_group_people g WHERE g.group_id = q.group_id AND g.user_id = a.person_id))
 ORDER BY q.comparison_id FOR UPDATE OF q
"""
# What the places of a row `c` of core_comparison come to: only those of as many responses as the questions are about.
# What names who wrote it waits for a reviewer.
GOAL = """
 (CASE WHEN c.withdrawn IS NULL
            AND (SELECT c.k BETWEEN every.fewest_responses AND every.most_responses FROM core_project every
                  WHERE every.id = c.project_id)
            AND NOT EXISTS (
                SELECT FROM annotate_flag f WHERE f.comparison_id = c.id AND f.kind = 'leak' AND f.resolved IS NULL)
       THEN c.votes_wanted ELSE 0 END)
"""
# The state is checked again where the row is updated: another look may have renewed it. A place beyond those that are
# wanted now goes with the one who had it. Whatever gets a place back goes behind all that is in its line: whoever has
# come further finds it again.
FREE = f"""
WITH freed AS (
     UPDATE annotate_assignment SET state = %(state)s
      WHERE id = ANY (%(ids)s) AND state IN ('held', 'ahead', 'assigned')
        AND (NOT %(expired)s OR expires < statement_timestamp())
      RETURNING comparison_id),
counted AS (SELECT comparison_id, count(*) AS n FROM freed GROUP BY 1)
UPDATE annotate_queueitem q
   SET held = q.held - counted.n, wanted = GREATEST(q.held - counted.n, {GOAL}),
       level = {level("p.strategy", "q.held - counted.n", "q.comparison_id")}, tie = {FRESH}
  FROM counted JOIN core_comparison c ON c.id = counted.comparison_id JOIN core_project p ON p.id = c.project_id
 WHERE q.comparison_id = counted.comparison_id
"""


def let_lapse(project: Project, besides: int) -> None:
    """Free what others than the person `besides` have abandoned.

    In a transaction of its own: a claim that waits for one place must not keep others from theirs.
    """
    values = {"project": project.pk, "person": besides}
    with transaction.atomic():
        free(_found(EXPIRED, values), AssignmentState.LAPSED, only_expired=True)


def free(assignments: Sequence[int], state: AssignmentState, *, only_expired: bool = False) -> None:
    """These assignments end in the state, and their places are free again. Their queue items have to be locked."""
    if assignments:
        values: dict[str, Any] = {"ids": list(assignments), "state": state.value, "expired": only_expired}
        with connection.cursor() as cursor:
            cursor.execute(FREE, values)


def free_lost(project: Project, people: Sequence[int]) -> None:
    """Free what these people hold or were assigned and may not judge any more."""
    values = {"project": project.pk, "people": list(people), "judging": JUDGING}
    free(_found(LOST, values), AssignmentState.LAPSED)


def _found(sql: str, values: Mapping[str, Any]) -> list[int]:
    return [pk for (pk,) in fetch(sql, values)]


def _follow(sender: Any, *, project: Project, people: Sequence[int], **_: Any) -> None:
    free_lost(project, people)


def connect() -> None:
    people_changed.connect(_follow, dispatch_uid="places follow the people")
