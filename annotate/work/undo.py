"""Take back the last answer or skip. Lock order: the person, queue items, assignments, judgment, label."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotate.models import Assignment, AssignmentState
from annotate.own.said import fields_in
from annotate.queue.items import lock
from annotate.queue.reserving import RESERVED_FOR, retake_seat
from annotate.queue.seats import free
from annotate.work.screen import shown_in
from core import audit
from core.errors import Conflict
from core.labels.service import refresh_labels
from core.models import Judgment, Occasion, Project, Status, User

UNDONE_WITHIN = timedelta(hours=1)
NOTHING = "There is nothing to take back: you have submitted nothing here in the last hour. Find it under My answers."
TAKEN_BACK = "This is the answer that you took back. Submit it first, or find earlier ones under My answers."
FULL = "Others have taken this comparison meanwhile, so it cannot be taken back. Find it under My answers."
CHANGED = "Your last answer was changed at this very moment, so it was not taken back. Look at it under My answers."
GONE = "That comparison is used no more, so its answer cannot be taken back."
ELSEWHERE = (AssignmentState.DONE, AssignmentState.SKIPPED)


def undo_last(person: User, project: Project) -> Assignment:
    """The last answer or skip stands no more; its comparison is held again, with the answer as its draft.

    What was held is reserved ahead. Raises Conflict with a sentence where there is nothing to take back.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).only("id").get(pk=person.pk)
        last = _last(person, project)
        theirs = Assignment.objects.filter(person=person, project=project)
        waiting = list(theirs.filter(state__in=(AssignmentState.HELD, AssignmentState.AHEAD)))
        lock([last.comparison_id, *(each.comparison_id for each in waiting)])
        if _last(person, project) != last:
            raise Conflict(CHANGED)
        assignment = _locked(theirs, last)
        _park(waiting, keeping=assignment)
        _take_back(last, assignment)
        audit.record("judgment.undo", project=project, actor=person, target=str(assignment.comparison.public))
        return assignment


def _own(person: User, project: Project) -> QuerySet[Judgment]:
    return Judgment.objects.filter(project=project, person=person, occasion=Occasion.FIRST, created__isnull=False)


def _last(person: User, project: Project) -> Judgment:
    last = _own(person, project).order_by("-created", "-pk").first()
    if last is None or not _is_recent(last):
        raise Conflict(NOTHING)
    if not last.live:
        raise Conflict(TAKEN_BACK)
    return last


def _is_recent(judgment: Judgment) -> bool:
    return judgment.created is not None and judgment.created > timezone.now() - UNDONE_WITHIN


def _locked(theirs: QuerySet[Assignment], last: Judgment) -> Assignment:
    done = theirs.select_related("comparison__prompt", "round__question_set", "project", "person")
    found = done.filter(comparison=last.comparison_id, round=last.round_id, state__in=ELSEWHERE)
    assignment = found.select_for_update(of=("self",)).first()
    if assignment is None or assignment.comparison.withdrawn:
        raise Conflict(GONE)
    return assignment


def _park(waiting: list[Assignment], *, keeping: Assignment) -> None:
    """What is held comes next; what was reserved beyond that is given back. Its draft stays, should it come again."""
    held = next((each for each in waiting if each.state == AssignmentState.HELD), None)
    if held is None:
        return
    free([each.pk for each in waiting if each.state == AssignmentState.AHEAD], AssignmentState.LAPSED)
    expires = held.expires and timezone.now() + RESERVED_FOR
    still = Assignment.objects.filter(pk=held.pk, state=AssignmentState.HELD)  # it may have lapsed before it was locked
    still.exclude(pk=keeping.pk).update(state=AssignmentState.AHEAD, expires=expires)


def _take_back(last: Judgment, assignment: Assignment) -> None:
    has_seat = last.status not in (Status.SKIPPED, Status.SURPLUS)
    if not has_seat and not retake_seat(last.comparison_id):
        raise Conflict(FULL)
    Judgment.objects.filter(pk=last.pk).update(live=False)
    now = timezone.now()
    assignment.state, assignment.client_id, assignment.shown = AssignmentState.HELD, uuid4(), now
    assignment.expires = now + RESERVED_FOR
    is_skip = last.status == Status.SKIPPED
    assignment.draft = None if is_skip else fields_in(last, shown_in(assignment))
    assignment.draft_saved = None if is_skip else now
    assignment.save(update_fields=["state", "client_id", "shown", "expires", "draft", "draft_saved"])
    refresh_labels([last.comparison_id])
