"""Reserve the next comparison for a person. Lock order: the person, queue item, quota, then assignment."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotate.leaks.keeping_back import is_kept_back
from annotate.models import Assignment, AssignmentState
from annotate.queue.claims import Overtaken, claim
from annotate.queue.reserving import RESERVED_AHEAD_FOR, RESERVED_FOR, orders_for, orders_on_taken, reserve_last
from annotate.queue.rights import Rights, read_rights, rights_in
from annotate.queue.seats import let_lapse
from annotate.reading.texts import texts_of
from annotate.work.held import TEXTS_TAKEN, first_assigned, on_the_screen, responses_of, with_texts
from annotate.work.progress import standing_on
from core.models import Project, Round, User
from core.renderings import Texts
from core.rows import Rows, ask_together, joined

# Each look meets others who take the last place at the same moment, or sets aside what names who wrote it; every such
# place is gone afterwards.
MOST_LOOKS = 50

# A reservation that a crash takes along is made again, so nobody waits until it lies on the disk.
LOCK = """
SELECT set_config('synchronous_commit', 'off', true) FROM core_user u WHERE u.id = %s FOR NO KEY UPDATE
"""
Take = Callable[[User, Project, Rights, bool], Assignment | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a person has before them now, None where nothing is left; with the rows of `standing_on`, where the same
    trip brought them.
    """

    assignment: Assignment | None
    standing: Rows | None = None


def take_next(person: User, project: Project) -> Taken:
    """What this person holds, else what was reserved ahead for them, was assigned to them, or is next in the queue.

    None where nothing is left for them, or they may not judge.
    """
    return _taken(person, project, _next)


def take_ahead(person: User, project: Project) -> Taken:
    """What the person will be asked after what they hold: one at most, and theirs for a minute and a half.

    None where nothing is left for them, or they may not judge.
    """
    return _taken(person, project, _ahead)


class SetAside(Exception):
    """What was taken names who wrote it, and waits for a reviewer now."""


def _taken(person: User, project: Project, take: Take) -> Taken:
    """Places that others have abandoned are freed afterwards; where there was nothing else, they are looked at."""
    taken, others_expired = _looked(person, project, take)
    if others_expired:
        let_lapse(project, besides=person.pk)
        return taken if taken.assignment else _looked(person, project, take)[0]
    return taken


def _looked(person: User, project: Project, take: Take) -> tuple[Taken, bool]:
    """Each look is a transaction. Where others are taking all that there is, it passes over and waits by turns."""
    for look in range(MOST_LOOKS):
        with suppress(Overtaken):
            if found := _at_the_desk(person, project, take, waits=look % 2 == 1):
                return found
    return Taken(None), False


@transaction.atomic
def _at_the_desk(person: User, project: Project, take: Take, *, waits: bool) -> tuple[Taken, bool] | None:
    """Two tabs hold one comparison, not two; whoever is paused at this moment gets none.

    None where the comparison was set aside, which stays so.
    """
    asked = (LOCK, [person.pk]), rights_in(person, project), standing_on(person, project)
    _, found, standing = ask_together(*asked)
    rights = read_rights(project, found)
    try:
        assignment = take(person, project, rights, waits) if rights else None
    except SetAside:
        return None
    return Taken(assignment, standing), rights is not None and rights.others_expired


def _next(person: User, project: Project, rights: Rights, waits: bool) -> Assignment | None:
    reserved = _reserved(person, project) if rights.has_reserved else {}
    if held := reserved.get(AssignmentState.HELD):
        return _renewed(held)
    if ahead := reserved.get(AssignmentState.AHEAD):
        return _promoted(ahead)
    if rights.has_assigned and rights.current:
        return _promoted(_assigned(person, project, rights.current))
    return _claim(person, project, rights, AssignmentState.HELD, waits)


def _ahead(person: User, project: Project, rights: Rights, waits: bool) -> Assignment | None:
    reserved = _reserved(person, project) if rights.has_reserved else {}
    if ahead := reserved.get(AssignmentState.AHEAD):
        return _renewed(ahead)
    if rights.has_assigned and rights.current:
        return _assigned(person, project, rights.current)
    return _claim(person, project, rights, AssignmentState.AHEAD, waits)


def _reserved(person: User, project: Project) -> dict[str, Assignment]:
    """What is before them and what is reserved ahead, by state."""
    return {assignment.state: assignment for assignment in on_the_screen(person, project)}


def _renewed(reserved: Assignment) -> Assignment:
    """On a look, so that only an abandoned comparison lapses; an assigned one never does, and not all looks write."""
    duration = RESERVED_FOR if reserved.state == AssignmentState.HELD else RESERVED_AHEAD_FOR
    now = timezone.now()
    if reserved.expires is None or reserved.expires > now + duration * 0.9:
        return reserved
    return _changed(reserved, expires=now + duration)


def _promoted(waiting: Assignment) -> Assignment:
    """It is before them from now on. One that was assigned does not expire."""
    now = timezone.now()
    expires = None if waiting.expires is None else now + RESERVED_FOR
    return _changed(waiting, state=AssignmentState.HELD, shown=now, expires=expires)


def _changed(reserved: Assignment, **changes: Any) -> Assignment:
    """Where it has lapsed at this very moment, its place is somebody else's."""
    if not Assignment.objects.filter(pk=reserved.pk, state=reserved.state).update(**changes):
        raise Overtaken
    for name, value in changes.items():
        setattr(reserved, name, value)
    return reserved


def _assigned(person: User, project: Project, current: Round) -> Assignment:
    """The first that was assigned to them; it is asked in the round of now."""
    first = first_assigned(person, project)
    if first is None:
        raise Overtaken
    if first.round_id == current.pk:
        return first
    Assignment.objects.filter(
        person=person, comparison=first.comparison_id, round=current, state=AssignmentState.LAPSED
    ).delete()
    first.round = current
    first.save(update_fields=["round"])
    return first


def _claim(person: User, project: Project, rights: Rights, state: AssignmentState, waits: bool) -> Assignment | None:
    if rights.current is None:
        return None
    taken, read = claim(person, project, rights.groups, TEXTS_TAKEN, orders_on_taken(person), waits=waits)
    if taken is None:
        return None
    texts, orders = read
    comparison = joined(with_texts(taken, texts), project=project)
    if is_kept_back(comparison, project):
        raise SetAside
    shown = Texts(project, texts_of(comparison, responses_of(comparison)))
    order = orders_for(project, [comparison], orders)[taken]
    assignment, (shown.found,) = reserve_last(person, rights.current, comparison, state, order, shown.asked)
    assignment.texts = shown
    return assignment
