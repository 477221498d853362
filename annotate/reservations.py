"""Reserve the next comparison for a person. Lock order: the person, queue item, quota, then assignment."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotate.claims import claim
from annotate.leaks import is_kept_back, responses_of
from annotate.lines import FRESH, level
from annotate.models import Assignment, AssignmentState
from annotate.orders import next_order
from annotate.seats import JUDGING, let_lapse
from annotate.texts import texts_of
from core.bulk import fetch
from core.models import Comparison, Project, Round, User
from core.renderings import rendered_many

RESERVED_FOR = timedelta(minutes=30)
RESERVED_AHEAD_FOR = timedelta(seconds=90)
# Comparisons that turn out to name who wrote them are set aside on the way; the next look goes on from there.
MOST_SET_ASIDE = 20

# Whoever may not judge here (any more) has no row, and nobody has one where the project is archived.
RIGHTS = """
SELECT ARRAY (SELECT g.id FROM core_group g JOIN core_group_people p ON p.group_id = g.id
               WHERE g.project_id = m.project_id AND p.user_id = m.user_id ORDER BY g.id),
       EXISTS (SELECT FROM annotate_assignment a
                WHERE a.project_id = m.project_id AND a.person_id = m.user_id AND a.state = 'assigned'),
       EXISTS (SELECT FROM annotate_assignment a
                WHERE a.project_id = m.project_id AND a.person_id = m.user_id AND a.state IN ('held', 'ahead')),
       EXISTS (SELECT FROM annotate_assignment a
                WHERE a.project_id = m.project_id AND a.person_id <> m.user_id AND a.state IN ('held', 'ahead')
                  AND a.expires < statement_timestamp())
  FROM core_membership m JOIN core_project p ON p.id = m.project_id
 WHERE m.project_id = %s AND m.user_id = %s AND m.paused IS NULL AND m.role = ANY (%s) AND p.archived IS NULL
"""
ON_THE_SCREEN = (AssignmentState.HELD, AssignmentState.AHEAD)
ORDERS = """
SELECT a.comparison_id, a."order", a.person_id = %(person)s FROM annotate_assignment a
 WHERE a.comparison_id = ANY (%(ids)s) AND a.state <> 'own'
   AND (a.person_id = %(person)s OR a.state IN ('held', 'ahead', 'assigned', 'done'))
 ORDER BY a.id
"""
RESERVE = """
INSERT INTO annotate_assignment (project_id, comparison_id, person_id, round_id, state, "order", expires, shown)
VALUES (%s, %s, %s, %s, %s, %s::smallint[], %s, %s)
    ON CONFLICT (person_id, comparison_id, round_id)
    DO UPDATE SET state = EXCLUDED.state, expires = EXCLUDED.expires, shown = EXCLUDED.shown
RETURNING id, "order", client_id, draft
"""
RETAKE = f"""
UPDATE annotate_queueitem q SET held = q.held + 1, level = {level("p.strategy", "q.held + 1", "q.comparison_id")},
       tie = {FRESH}
  FROM core_project p WHERE q.comparison_id = %s AND q.held < q.wanted AND p.id = q.project_id RETURNING 1
"""


@dataclass(frozen=True, slots=True)
class Rights:
    """The groups whose comparisons a person is offered, 0 for everybody's; whether some are assigned to them, some are
    before them or reserved ahead, and whether others' reservations have expired.
    """

    groups: list[int]
    has_assigned: bool
    has_reserved: bool
    others_expired: bool


Take = Callable[[User, Project, Rights], Assignment | None]


def take_next(person: User, project: Project) -> Assignment | None:
    """What this person holds, else what was reserved ahead for them, was assigned to them, or is next in the queue.

    None where nothing is left for them, or they may not judge.
    """
    return _taken(person, project, _next)


def take_ahead(person: User, project: Project) -> Assignment | None:
    """What the person will be asked after what they hold: one at most, and theirs for a minute and a half.

    None where nothing is left for them, or they may not judge.
    """
    taken = _taken(person, project, _ahead)
    if taken is not None:
        rendered_many(project, texts_of(taken.comparison, responses_of(taken.comparison)))  # kept until it is shown
    return taken


def _taken(person: User, project: Project, take: Take) -> Assignment | None:
    """Places that others have abandoned are freed afterwards; where there was nothing else, they are looked at."""
    taken, others_expired = _at_the_desk(person, project, take)
    if others_expired:
        let_lapse(project, besides=person.pk)
        taken = taken or _at_the_desk(person, project, take)[0]
    return taken


@transaction.atomic
def _at_the_desk(person: User, project: Project, take: Take) -> tuple[Assignment | None, bool]:
    """Two tabs hold one comparison, not two; whoever is paused at this moment gets none."""
    User.objects.select_for_update(no_key=True).only("id").get(pk=person.pk)
    rights = rights_of(person, project)
    return (take(person, project, rights), rights.others_expired) if rights else (None, False)


def rights_of(person: User, project: Project) -> Rights | None:
    """None where the person may not judge here."""
    rows = fetch(RIGHTS, [project.pk, person.pk, JUDGING])
    return Rights([0, *rows[0][0]], *rows[0][1:]) if rows else None


def _next(person: User, project: Project, rights: Rights) -> Assignment | None:
    reserved = _reserved(person, project) if rights.has_reserved else {}
    if held := reserved.get(AssignmentState.HELD):
        return _renewed(held)
    if ahead := reserved.get(AssignmentState.AHEAD):
        return _promoted(ahead)
    first = _assigned(person, project) if rights.has_assigned else None
    return _promoted(first) if first else _claim(person, project, rights, AssignmentState.HELD)


def _ahead(person: User, project: Project, rights: Rights) -> Assignment | None:
    reserved = _reserved(person, project) if rights.has_reserved else {}
    if ahead := reserved.get(AssignmentState.AHEAD):
        return _renewed(ahead)
    first = _assigned(person, project) if rights.has_assigned else None
    return first or _claim(person, project, rights, AssignmentState.AHEAD)


def _reserved(person: User, project: Project) -> dict[str, Assignment]:
    """What is before them and what is reserved ahead, by state."""
    found = _with_content().filter(person=person, project=project, state__in=ON_THE_SCREEN)
    return {assignment.state: assignment for assignment in found}


def _renewed(reserved: Assignment) -> Assignment:
    """On a look, so that only an abandoned comparison lapses; an assigned one never does, and not all looks write."""
    duration = RESERVED_FOR if reserved.state == AssignmentState.HELD else RESERVED_AHEAD_FOR
    now = timezone.now()
    if reserved.expires is not None and reserved.expires < now + duration * 0.9:
        reserved.expires = now + duration
        reserved.save(update_fields=["expires"])
    return reserved


def _promoted(waiting: Assignment) -> Assignment:
    """It is before them from now on. One that was assigned does not expire."""
    now = timezone.now()
    if waiting.state == AssignmentState.AHEAD and waiting.expires is not None:
        waiting.expires = now + RESERVED_FOR
    waiting.state, waiting.shown = AssignmentState.HELD, now
    waiting.save(update_fields=["state", "shown", "expires"])
    return waiting


def _assigned(person: User, project: Project) -> Assignment | None:
    """The first that was assigned to them; it is asked in the round of now."""
    current = _round(project)
    waiting = _with_content().filter(person=person, project=project, state=AssignmentState.ASSIGNED)
    first = waiting.order_by("pk").select_for_update(of=("self",)).first() if current else None
    if current is None or first is None or first.round_id == current.pk:
        return first
    Assignment.objects.filter(
        person=person, comparison=first.comparison_id, round=current, state=AssignmentState.LAPSED
    ).delete()
    first.round = current
    first.save(update_fields=["round"])
    return first


def _claim(person: User, project: Project, rights: Rights, state: AssignmentState) -> Assignment | None:
    current = _round(project)
    if current is None:
        return None
    for _ in range(MOST_SET_ASIDE):
        taken = claim(person, project, rights.groups)
        if taken is None:
            return None
        comparison = Comparison.objects.select_related("prompt").get(pk=taken)
        if not is_kept_back(comparison, project):
            return _reserve(person, project, current, comparison, state)
    return None


def _reserve(
    person: User, project: Project, current: Round, comparison: Comparison, state: AssignmentState
) -> Assignment:
    now = timezone.now()
    expires = now + (RESERVED_FOR if state == AssignmentState.HELD else RESERVED_AHEAD_FOR)
    order = orders_for(person, project, [comparison])[comparison.pk]
    values = [project.pk, comparison.pk, person.pk, current.pk, state.value, order, expires, now]
    ((pk, order, mark, draft),) = fetch(RESERVE, values)
    reserved = Assignment(
        pk=pk, project=project, comparison=comparison, person=person, round=current, state=state.value, order=order
    )
    reserved.expires, reserved.shown, reserved.client_id = expires, now, mark
    reserved.draft = draft
    return reserved


def orders_for(person: User, project: Project, comparisons: Sequence[Comparison]) -> dict[int, list[int]]:
    """By comparison: as the person saw it before, else the next of its design after those that others see.

    Its places are locked, so that nobody else gets the same at this moment.
    """
    given: dict[int, list[list[int]]] = defaultdict(list)
    own: dict[int, list[int]] = {}
    for pk, order, is_own in fetch(ORDERS, {"person": person.pk, "ids": [each.pk for each in comparisons]}):
        if is_own:
            own[pk] = order
        else:
            given[pk].append(order)
    return {
        each.pk: own.get(each.pk) or next_order(project.seed, each.public.bytes, each.k, given[each.pk])
        for each in comparisons
    }


def _round(project: Project) -> Round | None:
    return project.rounds.filter(closed=None).select_related("question_set").order_by("-number").first()


def _with_content() -> "QuerySet[Assignment]":
    return Assignment.objects.select_related("comparison__prompt", "round__question_set")


def retake_seat(comparison_id: int) -> bool:
    """Whether there was a place left for an answer that came after its reservation lapsed."""
    return bool(fetch(RETAKE, [comparison_id]))
