"""The places of the queue follow the comparisons: what core adds is offered here, what was answered takes a place."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from annotate.queue.lines import FRESH, QUOTA, level
from annotate.queue.routing import GROUP
from annotate.queue.seats import GOAL
from core.bulk import fetch
from core.models import Project
from core.signals import asked_changed, comparisons_added, comparisons_changed

# One statement a table: a join of all would be looped over where the statistics are older than an import.
VOTES = """
SELECT j.comparison_id, count(DISTINCT j.judge_id) FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
 WHERE j.comparison_id = ANY (%s) AND j.live AND j.status = 'submitted' AND g.kind = 'human'
   AND g.withdrawn IS NULL GROUP BY 1
"""
SEATS = """
SELECT comparison_id, count(*) FROM annotate_assignment
 WHERE comparison_id = ANY (%s) AND state IN ('held', 'ahead', 'assigned') GROUP BY 1
"""
# What was assigned and never opened is not asked any more where nobody is wanted.
UNASSIGN = f"""
UPDATE annotate_assignment a SET state = 'lapsed' FROM core_comparison c
 WHERE a.comparison_id = ANY (%s) AND a.state = 'assigned' AND c.id = a.comparison_id AND {GOAL} = 0
"""
# What was open and is in the same line as before keeps its tie; all else comes behind what is there.
STAYS = """
old.is_open AND (old.group_id, old.quota_id, old.priority, old.level)
              = (EXCLUDED.group_id, EXCLUDED.quota_id, EXCLUDED.priority, EXCLUDED.level)
"""
# Whoever has judged it elsewhere, and was imported under their account, is not asked again.
KNOWN = """
INSERT INTO annotate_assignment (project_id, comparison_id, person_id, round_id, state, "order", shown)
SELECT DISTINCT ON (j.person_id, j.comparison_id, j.round_id) j.project_id, j.comparison_id, j.person_id, j.round_id,
       'own', COALESCE(j."order", ARRAY (SELECT generate_series(0, j.k - 1))::smallint[]), COALESCE(j.created, now())
  FROM core_judgment j
 WHERE j.comparison_id = ANY (%s) AND j.person_id IS NOT NULL AND j.live AND j.occasion = 'first'
 ORDER BY j.person_id, j.comparison_id, j.round_id
    ON CONFLICT DO NOTHING
"""
# Whoever has a place keeps it, though fewer are wanted now, or none; at what is withdrawn answers take none. Its row
# stays: where rows go and come back, those who found none to lock wait for it later, out of the order.
REFRESH = f"""
INSERT INTO annotate_queueitem AS old
       (comparison_id, project_id, wanted, held, group_id, quota_id, priority, level, tie)
SELECT c.id, c.project_id, GREATEST({GOAL}, place.taken), place.taken, {GROUP}, {QUOTA}, c.priority,
       {level("p.strategy", "place.taken", "c.id")}, {FRESH}
  FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS counted (id, votes, seats)
  JOIN core_comparison c ON c.id = counted.id JOIN core_project p ON p.id = c.project_id
 CROSS JOIN LATERAL (
       SELECT counted.seats + CASE WHEN c.withdrawn IS NULL THEN counted.votes ELSE 0 END AS taken) place
 WHERE {GOAL} > 0 OR EXISTS (SELECT FROM annotate_queueitem q WHERE q.comparison_id = c.id)
 ORDER BY c.id
    ON CONFLICT (comparison_id) DO UPDATE SET wanted = EXCLUDED.wanted, held = EXCLUDED.held,
       group_id = EXCLUDED.group_id, quota_id = EXCLUDED.quota_id, priority = EXCLUDED.priority,
       level = EXCLUDED.level, tie = CASE WHEN {STAYS} THEN old.tie ELSE EXCLUDED.tie END
"""
# Where what is wanted is not what it comes to; where nobody is asked, somebody may have been given it.
IS_UNTRUE = f"(q.wanted <> GREATEST({GOAL}, q.held) OR {GOAL} = 0 AND q.held > 0)"
UNTRUE = f"""
SELECT c.id FROM core_comparison c LEFT JOIN annotate_queueitem q ON q.comparison_id = c.id
 WHERE c.project_id = %s AND c.id > %s AND (q.comparison_id IS NULL AND {GOAL} > 0 OR {IS_UNTRUE})
 ORDER BY c.id LIMIT %s
"""
LOCK = """
SELECT count(*) FROM (
       SELECT FROM annotate_queueitem q {joined} WHERE {which} ORDER BY q.comparison_id FOR UPDATE OF q) locked
"""
OF_COMPARISON = "JOIN core_comparison c ON c.id = q.comparison_id"
LOCK_THESE = LOCK.format(joined="", which="q.comparison_id = ANY (%s)")
LOCK_ALL = LOCK.format(joined="", which="q.project_id = %s")
LOCK_UNTRUE = LOCK.format(joined=OF_COMPARISON, which=f"q.project_id = %s AND {IS_UNTRUE}")
AT_ONCE = 10_000


def lock(comparison_ids: Iterable[int]) -> None:
    """Nobody takes a place at these, or gives one back, until the transaction ends. All at once, and before a quota."""
    fetch(LOCK_THESE, [sorted(set(comparison_ids))])


def lock_all(project: Project) -> None:
    """The same, of all that the project has in its queue."""
    fetch(LOCK_ALL, [project.pk])


def refresh_project(project: Project) -> None:
    """Make the rows of the whole project true, those alone that are not. Inside a transaction all are locked first."""
    if connection.in_atomic_block:
        fetch(LOCK_UNTRUE, [project.pk])
    last = 0
    while ids := [pk for (pk,) in fetch(UNTRUE, [project.pk, last, AT_ONCE])]:
        refresh(ids)
        last = ids[-1]


def refresh(comparison_ids: Sequence[int]) -> None:
    """Make the queue's rows of these comparisons true. Safe to repeat; belongs in the transaction that changed them."""
    ids = list(comparison_ids)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        lock(ids)  # nobody takes a place between the count and the update
        cursor.execute(UNASSIGN, [ids])
        cursor.execute(KNOWN, [ids])
        votes, seats = dict(fetch(VOTES, [ids])), dict(fetch(SEATS, [ids]))
        cursor.execute(REFRESH, [ids, [votes.get(one, 0) for one in ids], [seats.get(one, 0) for one in ids]])


def _follow(sender: Any, *, project: Project, comparison_ids: Sequence[int], **_: Any) -> None:
    refresh(comparison_ids)


def _follow_questions(sender: Any, *, project: Project, **_: Any) -> None:
    refresh_project(project)


def connect() -> None:
    asked_changed.connect(_follow_questions, dispatch_uid="queue follows the questions")
    comparisons_added.connect(_follow, dispatch_uid="queue follows new comparisons")
    comparisons_changed.connect(_follow, dispatch_uid="queue follows changed comparisons")
