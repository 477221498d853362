"""What a person does on the work page. Lock order everywhere: queue item, comparison, assignment, judgment."""

from dataclasses import dataclass, fields
from uuid import UUID

from django.db import transaction

from annotate.kinds.answers import read_answers
from annotate.kinds.protocol import Fields, Said
from annotate.models import Assignment, AssignmentState
from annotate.queue.reserving import retake_seat
from annotate.queue.seats import free
from annotate.queue.strategy import depends_on_labels, follow_labels
from annotate.queue.writers import keep_rewrites, writes_anew
from annotate.work.locked import Found, Named, locked
from annotate.work.screen import shown_in
from annotate.work.times import UNKNOWN, Times
from core.errors import Conflict
from core.judges import judge_of
from core.labels.service import refresh_labels
from core.labels.together import label_asks, label_with
from core.models import Judgment, Status, User
from core.orders import order_number
from core.rows import Ask, Columns, adding, ask, ask_last

# What comes next is answered before the server knows that it is shown, where the network was away.
RESERVED = (AssignmentState.HELD, AssignmentState.AHEAD, AssignmentState.ASSIGNED)

JUDGMENT = Columns(Judgment, "j")
ENDED = "UPDATE annotate_assignment SET state = %s, draft = NULL, draft_saved = NULL WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the form sent. `client_id` is the mark of the assignment: sent twice, it is one judgment."""

    client_id: UUID
    fields: Fields
    times: Times = UNKNOWN


@dataclass(frozen=True, slots=True)
class Skip:
    """Why somebody does not answer; `client_id` as that of an answer."""

    client_id: UUID
    reason: str
    times: Times = UNKNOWN


def submit_judgment(comparison: Named, answer: Answer, *, by: User) -> Judgment:
    """Store the answer once, whatever happens twice.

    Raises BadAnswer where nothing valid was chosen, PermissionDenied where the comparison was never reserved for
    this person, Conflict where they have skipped it or the answer's mark is another's.
    """
    with transaction.atomic():
        found = locked(comparison, by, answer.client_id, *label_asks(comparison.project, comparison.public, by))
        assignment = found.assignment
        if before := _already(found, answer):
            if before.status == Status.SKIPPED:
                raise Conflict("You have skipped this comparison, so the answer was not kept. Go on with the next one.")
            return before
        said = read_answers(assignment.round.question_set.questions, answer.fields, shown_in(assignment))
        judgment, stored = _judgment(found, answer, said, _status_of(assignment))
        labelled = label_with(judgment, *found.beside)
        if labelled is None or writes_anew(assignment, said) or depends_on_labels(assignment.project):
            ((judgment.pk,),) = ask(*stored)
            keep_rewrites(assignment, said)
            refresh_labels([assignment.comparison_id], tell=False)
            follow_labels([assignment.comparison_id])
        else:
            ((judgment.pk,),), _ = ask_last(stored, labelled)
        return judgment


def skip(comparison: Named, answer: Skip, *, by: User) -> None:
    """Give the place to somebody else; this person does not see the comparison again in this round."""
    with transaction.atomic():
        found = locked(comparison, by, answer.client_id)
        assignment = found.assignment
        if assignment.state == AssignmentState.DONE or _already(found, answer):
            return
        free([assignment.pk], AssignmentState.SKIPPED)
        _, stored = _judgment(found, answer, Said(answers={"skip": answer.reason}), Status.SKIPPED)
        ask(*stored)


def _already(found: Found, answer: Answer | Skip) -> Judgment | None:
    """The judgment that this answer, or an earlier one of this person in this round, has made."""
    if not found.same:
        return None
    judgments = list(Judgment.objects.filter(pk__in=found.same).order_by("pk"))
    same = next((each for each in judgments if each.client_id == answer.client_id), None)
    theirs = found.assignment.person_id, found.assignment.comparison_id
    if same is not None and (same.person_id, same.comparison_id) != theirs:
        raise Conflict("This answer carries the mark of another one. Reload the page and answer again.")
    return same or next(iter(judgments), None)


def _status_of(assignment: Assignment) -> Status:
    """An answer after its reservation lapsed counts where a place is left, and is kept as surplus where not."""
    if assignment.state in RESERVED or retake_seat(assignment.comparison_id):
        return Status.SUBMITTED
    return Status.SURPLUS


def _judgment(found: Found, answer: Answer | Skip, said: Said, status: Status) -> tuple[Judgment, Ask]:
    """The judgment, and the statement that stores it and ends the reservation."""
    assignment = found.assignment
    wall_ms, active_ms = answer.times.since(assignment.shown)
    judgment = JUDGMENT.new(
        project_id=assignment.project_id,
        comparison_id=assignment.comparison_id,
        k=len(assignment.order),
        judge_id=found.judge or judge_of(assignment.person, assignment.project).pk,
        person_id=assignment.person_id,
        round_id=assignment.round_id,
        order=assignment.order,
        order_no=order_number(assignment.order),
        **{each.name: getattr(said, each.name) for each in fields(said)},
        wall_ms=wall_ms,
        active_ms=active_ms,
        touched=True,
        client_id=answer.client_id,
        status=status,
        revises_id=found.undone,
    )
    ended = AssignmentState.SKIPPED if status == Status.SKIPPED else AssignmentState.DONE
    return judgment, adding(judgment, ENDED, [ended.value, assignment.pk])
