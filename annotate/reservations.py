"""Reserve the next comparison for a person. Lock order: the person, queue item, quota, then assignment."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotate.claims import claim
from annotate.held import TEXTS_TAKEN, first_assigned, on_the_screen, responses_of, with_texts
from annotate.leaks import is_kept_back
from annotate.models import Assignment, AssignmentState
from annotate.progress import standing_on
from annotate.reserving import RESERVED_AHEAD_FOR, RESERVED_FOR, orders_for, orders_on_taken, reserve_last
from annotate.rights import Rights, read_rights, rights_in
from annotate.seats import let_lapse
from annotate.texts import texts_of
from core.models import Project, Round, User
from core.renderings import Texts
from core.rows import Rows, ask_together, joined

# Comparisons that turn out to name who wrote them are set aside on the way; the next look goes on from there.
MOST_SET_ASIDE = 20

# A reservation that a crash takes along is made again, so nobody waits until it lies on the disk.
LOCK = """
SELECT set_config('synchronous_commit', 'off', true) FROM core_user u WHERE u.id = %s FOR NO KEY UPDATE
"""
Take = Callable[[User, Project, Rights], Assignment | None]


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


def _taken(person: User, project: Project, take: Take) -> Taken:
    """Places that others have abandoned are freed afterwards; where there was nothing else, they are looked at."""
    taken, others_expired = _at_the_desk(person, project, take)
    if others_expired:
        let_lapse(project, besides=person.pk)
        return taken if taken.assignment else _at_the_desk(person, project, take)[0]
    return taken


@transaction.atomic
def _at_the_desk(person: User, project: Project, take: Take) -> tuple[Taken, bool]:
    """Two tabs hold one comparison, not two; whoever is paused at this moment gets none."""
    asked = (LOCK, [person.pk]), rights_in(person, project), standing_on(person, project)
    _, found, standing = ask_together(*asked)
    rights = read_rights(project, found)
    assignment = take(person, project, rights) if rights else None
    return Taken(assignment, standing), rights is not None and rights.others_expired


def _next(person: User, project: Project, rights: Rights) -> Assignment | None:
    reserved = _reserved(person, project) if rights.has_reserved else {}
    held, ahead = reserved.get(AssignmentState.HELD), reserved.get(AssignmentState.AHEAD)
    first = _assigned(person, project, rights.current) if rights.has_assigned and not reserved else None
    return (
        (_renewed(held) if held else None)
        or (_promoted(ahead) if ahead else None)
        or (_promoted(first) if first else None)
        or _claim(person, project, rights, AssignmentState.HELD)
    )


def _ahead(person: User, project: Project, rights: Rights) -> Assignment | None:
    ahead = _reserved(person, project).get(AssignmentState.AHEAD) if rights.has_reserved else None
    return (
        (_renewed(ahead) if ahead else None)
        or (_assigned(person, project, rights.current) if rights.has_assigned else None)
        or _claim(person, project, rights, AssignmentState.AHEAD)
    )


def _reserved(person: User, project: Project) -> dict[str, Assignment]:
    """What is before them and what is reserved ahead, by state."""
    return {assignment.state: assignment for assignment in on_the_screen(person, project)}


def _renewed(reserved: Assignment) -> Assignment | None:
    """On a look, so that only an abandoned comparison lapses; an assigned one never does, and not all looks write."""
    duration = RESERVED_FOR if reserved.state == AssignmentState.HELD else RESERVED_AHEAD_FOR
    now = timezone.now()
    if reserved.expires is None or reserved.expires > now + duration * 0.9:
        return reserved
    return _changed(reserved, expires=now + duration)


def _promoted(waiting: Assignment) -> Assignment | None:
    """It is before them from now on. One that was assigned does not expire."""
    now = timezone.now()
    expires = None if waiting.expires is None else now + RESERVED_FOR
    return _changed(waiting, state=AssignmentState.HELD, shown=now, expires=expires)


def _changed(reserved: Assignment, **changes: Any) -> Assignment | None:
    """None where it has lapsed at this very moment: its place is somebody else's then."""
    if not Assignment.objects.filter(pk=reserved.pk, state=reserved.state).update(**changes):
        return None
    for name, value in changes.items():
        setattr(reserved, name, value)
    return reserved


def _assigned(person: User, project: Project, current: Round | None) -> Assignment | None:
    """The first that was assigned to them; it is asked in the round of now."""
    first = first_assigned(person, project) if current else None
    if current is None or first is None or first.round_id == current.pk:
        return first
    Assignment.objects.filter(
        person=person, comparison=first.comparison_id, round=current, state=AssignmentState.LAPSED
    ).delete()
    first.round = current
    first.save(update_fields=["round"])
    return first


def _claim(person: User, project: Project, rights: Rights, state: AssignmentState) -> Assignment | None:
    if rights.current is None:
        return None
    for _ in range(MOST_SET_ASIDE):
        taken, read = claim(person, project, rights.groups, TEXTS_TAKEN, orders_on_taken(person))
        if taken is None:
            return None
        texts, orders = read
        comparison = joined(with_texts(taken, texts), project=project)
        if not is_kept_back(comparison, project):
            shown = Texts(project, texts_of(comparison, responses_of(comparison)))
            order = orders_for(project, [comparison], orders)[taken]
            assignment, (shown.found,) = reserve_last(person, rights.current, comparison, state, order, shown.asked)
            assignment.texts = shown
            return assignment
    return None
