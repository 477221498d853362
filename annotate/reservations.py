"""Reserve the next comparison for a person. Lock order: the person, queue item, then assignment."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.seats import JUDGING, let_lapse
from core.bulk import fetch
from core.ids import key_of
from core.models import Comparison, Project, User

RESERVED_FOR = timedelta(minutes=30)

# Whoever may not judge here (any more) has no row.
RIGHTS = """
SELECT ARRAY (SELECT g.id FROM core_group g JOIN core_group_people p ON p.group_id = g.id
               WHERE g.project_id = m.project_id AND p.user_id = m.user_id ORDER BY g.id),
       EXISTS (SELECT FROM annotate_assignment a
                WHERE a.project_id = m.project_id AND a.person_id = m.user_id AND a.state = 'assigned')
  FROM core_membership m
 WHERE m.project_id = %s AND m.user_id = %s AND m.paused IS NULL AND m.role = ANY (%s)
"""
# First the group whose next comparison is the most urgent, then that comparison: only one row is locked. OFFSET 0 keeps
# the subqueries subplans when statistics are stale, and the last one is one, for a join would begin at the whole queue.
# What the person has seen in an earlier round is not asked again. {wait} is empty where all open places are in others'
# hands at this very moment: then it is worth to wait for them.
OFFERED = """
SELECT q.comparison_id, q.priority, q.tie FROM annotate_queueitem q
 WHERE q.project_id = %(project)s AND q.group_id = mine.id AND q.is_open
   AND NOT EXISTS (SELECT FROM annotate_assignment a
                    WHERE a.person_id = %(person)s AND a.comparison_id = q.comparison_id
                      AND a.state <> 'lapsed' OFFSET 0)
 ORDER BY q.priority, q.tie LIMIT 1
"""
CLAIM = f"""
WITH mine AS MATERIALIZED (
     SELECT every.id FROM unnest(%(groups)s::bigint[]) AS every (id)
      CROSS JOIN LATERAL ({OFFERED.replace("mine.id", "every.id")}) first
      ORDER BY first.priority, first.tie),
pick AS MATERIALIZED (
     SELECT place.comparison_id FROM mine CROSS JOIN LATERAL ({OFFERED} FOR UPDATE OF q {{wait}}) place LIMIT 1)
UPDATE annotate_queueitem q SET held = held + 1
 WHERE q.comparison_id = (SELECT pick.comparison_id FROM pick) RETURNING q.comparison_id
"""


@dataclass(frozen=True, slots=True)
class Rights:
    """The groups whose comparisons a person is offered, 0 for everybody's; whether some are assigned to them."""

    groups: list[int]
    has_assigned: bool


def take_next(person: User, project: Project) -> Assignment | None:
    """The comparison that this person holds, the next one assigned to them, or the next one of the queue.

    None where nothing is left for them, or they may not judge.
    """
    let_lapse(project, besides=person.pk)
    with transaction.atomic():
        # Two tabs hold one comparison, not two; whoever is paused at this moment gets none.
        User.objects.select_for_update(no_key=True).only("id").get(pk=person.pk)
        rights = rights_of(person, project)
        if rights is None:
            return None
        return (
            _held(person, project)
            or _promoted(person, project)
            or (_assigned(person, project) if rights.has_assigned else None)
            or _claim(person, project, rights.groups)
        )


def rights_of(person: User, project: Project) -> Rights | None:
    """None where the person may not judge here."""
    rows = fetch(RIGHTS, [project.pk, person.pk, JUDGING])
    return Rights([0, *rows[0][0]], rows[0][1]) if rows else None


def _held(person: User, project: Project) -> Assignment | None:
    """Renewed on every look, so that only an abandoned comparison lapses; an assigned one never does."""
    held = Assignment.objects.filter(person=person, project=project, state=AssignmentState.HELD)
    held.filter(expires__isnull=False).update(expires=timezone.now() + RESERVED_FOR)
    return held.select_related("comparison__prompt", "round__question_set").first()


def _promoted(person: User, project: Project) -> Assignment | None:
    """What was reserved ahead is the one they hold now."""
    now = timezone.now()
    ahead = Assignment.objects.filter(person=person, project=project, state=AssignmentState.AHEAD)
    held = {"state": AssignmentState.HELD, "expires": now + RESERVED_FOR, "shown": now}
    return _held(person, project) if ahead.update(**held) else None


def _assigned(person: User, project: Project) -> Assignment | None:
    """The first that was assigned to them; it is asked in the round of now."""
    current = project.current_round
    waiting = Assignment.objects.filter(person=person, project=project, state=AssignmentState.ASSIGNED)
    first = waiting.order_by("pk").select_for_update().first() if current else None
    if current is None or first is None:
        return None
    Assignment.objects.filter(
        person=person, comparison=first.comparison_id, round=current, state=AssignmentState.LAPSED
    ).delete()
    waiting.filter(pk=first.pk).update(state=AssignmentState.HELD, shown=timezone.now(), round=current)
    return Assignment.objects.select_related("comparison__prompt", "round__question_set").get(pk=first.pk)


def _claim(person: User, project: Project, groups: Sequence[int]) -> Assignment | None:
    current = project.current_round
    if current is None:
        return None
    named = {"project": project.pk, "person": person.pk, "groups": list(groups)}
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


def retake_seat(comparison_id: int) -> bool:
    """Whether there was a place left for an answer that came after its reservation lapsed."""
    open_item = QueueItem.objects.filter(comparison_id=comparison_id, held__lt=F("wanted"))
    return open_item.update(held=F("held") + 1) == 1


def take_ahead(person: User, project: Project) -> Assignment | None:
    """The comparison that comes next, for 90 seconds."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).only("id").get(pk=person.pk)
        rights, current = rights_of(person, project), project.current_round
        if rights is None or current is None:
            return None
        mine = Assignment.objects.filter(person=person, project=project).select_related(
            "comparison__prompt", "round__question_set"
        )
        if not mine.filter(state=AssignmentState.HELD).exists():
            return None
        if found := mine.filter(state=AssignmentState.AHEAD).first():
            return found
        named = {"project": project.pk, "person": person.pk, "groups": list(rights.groups)}
        taken = fetch(CLAIM.format(wait="SKIP LOCKED"), named)
        if not taken:
            return None
        comparison = Comparison.objects.select_related("prompt").get(pk=taken[0][0])
        now = timezone.now()
        given = {"state": AssignmentState.AHEAD, "expires": now + timedelta(seconds=90), "shown": now}
        order = order_for(person, comparison, project.seed)
        assignment, _ = Assignment.objects.update_or_create(
            person=person,
            comparison=comparison,
            round=current,
            defaults=given,
            create_defaults={**given, "project": project, "order": order},
        )
        return assignment
