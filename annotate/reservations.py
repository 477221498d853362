"""Reserve the next comparison for a person. Lock order: queue item, then assignment."""

import random
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from annotate.models import Assignment, AssignmentState, QueueItem
from core.bulk import fetch
from core.ids import key_of
from core.models import Comparison, Project, User

RESERVED_FOR = timedelta(minutes=30)

# The state is checked again where the row is updated: a submit or another look may have come between.
LAPSE = """
WITH expired AS MATERIALIZED (
     SELECT a.id FROM annotate_assignment a JOIN annotate_queueitem q USING (comparison_id)
      WHERE a.state = 'held' AND a.expires < now() AND a.project_id = %(project)s AND a.person_id <> %(person)s
      ORDER BY q.comparison_id LIMIT 100 FOR UPDATE OF q SKIP LOCKED),
lapsed AS (
     UPDATE annotate_assignment a SET state = 'lapsed' FROM expired
      WHERE a.id = expired.id AND a.state = 'held' AND a.expires < now() RETURNING a.comparison_id)
UPDATE annotate_queueitem q SET held = held - freed.n
  FROM (SELECT comparison_id, count(*) AS n FROM lapsed GROUP BY comparison_id) freed
 WHERE q.comparison_id = freed.comparison_id
"""

# OFFSET 0 keeps the subquery a subplan when statistics are stale. {wait} is empty where all open places are in others'
# hands at this very moment: then it is worth to wait for them.
CLAIM = """
WITH pick AS (
     SELECT q.comparison_id FROM annotate_queueitem q
      WHERE q.project_id = %(project)s AND q.is_open
        AND NOT EXISTS (SELECT FROM annotate_assignment a
                         WHERE a.person_id = %(person)s AND a.comparison_id = q.comparison_id
                           AND a.round_id = %(round)s AND a.state <> 'lapsed' OFFSET 0)
      ORDER BY q.priority, q.tie LIMIT 1 FOR UPDATE OF q {wait})
UPDATE annotate_queueitem q SET held = held + 1 FROM pick
 WHERE q.comparison_id = pick.comparison_id RETURNING q.comparison_id
"""


def take_next(person: User, project: Project) -> Assignment | None:
    """The comparison that this person holds, or the next one of the queue; None where nothing is left for them."""
    _let_lapse(person, project)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).only("id").get(
            pk=person.pk
        )  # two tabs hold one comparison, not two
        return _held(person, project) or _claim(person, project)


def _held(person: User, project: Project) -> Assignment | None:
    """Renewed on every look, so that only an abandoned comparison lapses."""
    held = Assignment.objects.filter(person=person, project=project, state=AssignmentState.HELD)
    held.update(expires=timezone.now() + RESERVED_FOR)
    return held.select_related("comparison__prompt", "round__question_set").first()


def _let_lapse(person: User, project: Project) -> None:
    """In a transaction of its own: a claim that waits for one place must not keep others from theirs."""
    with connection.cursor() as cursor:
        cursor.execute(LAPSE, {"project": project.pk, "person": person.pk})


def _claim(person: User, project: Project) -> Assignment | None:
    current = project.current_round
    if current is None:
        return None
    named = {"project": project.pk, "person": person.pk, "round": current.pk}
    taken = fetch(CLAIM.format(wait="SKIP LOCKED"), named) or fetch(CLAIM.format(wait=""), named)
    if not taken:
        return None
    comparison = Comparison.objects.select_related("prompt").get(pk=taken[0][0])
    now = timezone.now()
    assignment, _ = Assignment.objects.update_or_create(
        person=person,
        comparison=comparison,
        round=current,
        defaults={"state": AssignmentState.HELD, "expires": now + RESERVED_FOR, "shown": now},
        create_defaults={
            "project": project,
            "order": order_for(person, comparison, project.seed),
            "expires": now + RESERVED_FOR,
            "shown": now,
        },
    )
    return assignment


def order_for(person: User, comparison: Comparison, seed: int) -> list[int]:
    """The slots in the order this person sees: random over people and comparisons, and the same every time."""
    key = key_of(str(seed), person.public.bytes, comparison.public.bytes)
    return random.Random(key).sample(range(comparison.k), comparison.k)  # noqa: S311


def release_seat(comparison_id: int) -> None:
    QueueItem.objects.filter(comparison_id=comparison_id, held__gt=0).update(held=F("held") - 1)


def retake_seat(comparison_id: int) -> bool:
    """Whether there was a place left for an answer that came after its reservation lapsed."""
    open_item = QueueItem.objects.filter(comparison_id=comparison_id, held__lt=F("wanted"))
    return open_item.update(held=F("held") + 1) == 1
