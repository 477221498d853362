"""What a person does on the work page. Lock order everywhere: queue item, assignment, judgment, label."""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from annotate.kinds.answers import read_answers
from annotate.kinds.protocol import Fields, Said
from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.reserving import retake_seat
from annotate.screen import shown_in
from annotate.seats import free
from annotate.strategy import depends_on_labels, follow_labels
from annotate.undo import taken_back
from annotate.writers import keep_rewrites
from core.errors import Conflict
from core.judges import judge_of
from core.labels.service import refresh_labels
from core.models import Comparison, Judgment, Status, User
from core.orders import order_number

# What comes next is answered before the server knows that it is shown, where the network was away.
RESERVED = (AssignmentState.HELD, AssignmentState.AHEAD, AssignmentState.ASSIGNED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the form sent. `client_id` is the mark of the assignment: sent twice, it is one judgment."""

    client_id: UUID
    fields: Fields
    wall_ms: int | None = None
    active_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """Why somebody does not answer; `client_id` as that of an answer."""

    client_id: UUID
    reason: str
    wall_ms: int | None = None
    active_ms: int | None = None


def submit_judgment(comparison: Comparison, answer: Answer, *, by: User) -> Judgment:
    """Store the answer once, whatever happens twice.

    Raises BadAnswer where nothing valid was chosen, PermissionDenied where the comparison was never reserved for
    this person, Conflict where they have skipped it or the answer's mark is another's.
    """
    with transaction.atomic():
        assignment = _locked_assignment(comparison, by)
        if before := _already(assignment, answer, by):
            if before.status == Status.SKIPPED:
                raise Conflict("You have skipped this comparison, so the answer was not kept. Go on with the next one.")
            return before
        said = read_answers(assignment.round.question_set.questions, answer.fields, shown_in(assignment))
        judgment = _store(assignment, answer, said, _status_of(assignment))
        keep_rewrites(assignment, said)
        Assignment.objects.filter(pk=assignment.pk).update(state=AssignmentState.DONE, draft=None, draft_saved=None)
        refresh_labels([comparison.pk], tell=False)
        if depends_on_labels(assignment.project):
            follow_labels([comparison.pk])
        return judgment


def skip(comparison: Comparison, answer: Skip, *, by: User) -> None:
    """Give the place to somebody else; this person does not see the comparison again in this round."""
    with transaction.atomic():
        assignment = _locked_assignment(comparison, by)
        if assignment.state == AssignmentState.DONE or _already(assignment, answer, by):
            return
        free([assignment.pk], AssignmentState.SKIPPED)
        Assignment.objects.filter(pk=assignment.pk).update(state=AssignmentState.SKIPPED, draft=None, draft_saved=None)
        _store(assignment, answer, Said(answers={"skip": answer.reason}), Status.SKIPPED)


def _locked_assignment(comparison: Comparison, person: User) -> Assignment:
    list(QueueItem.objects.select_for_update().filter(comparison=comparison).values_list("pk"))
    assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("project", "round__question_set")
        .filter(comparison=comparison, person=person)
        .exclude(state=AssignmentState.OWN)
        .order_by("-round__number")
        .first()
    )
    if assignment is None:
        raise PermissionDenied("This comparison was not reserved for you. Open the work page to get one.")
    assignment.comparison, assignment.person = comparison, person
    return assignment


def _already(assignment: Assignment, answer: Answer | Skip, person: User) -> Judgment | None:
    """The judgment that this answer, or an earlier one of this person in this round, has made."""
    in_round = {"person": person, "round": assignment.round_id, "occasion": "first", "live": True}
    theirs = Q(comparison=assignment.comparison_id, **in_round)
    found = list(Judgment.objects.filter(Q(client_id=answer.client_id) | theirs).order_by("pk"))
    same = next((each for each in found if each.client_id == answer.client_id), None)
    if same is not None and (same.person_id, same.comparison_id) != (person.pk, assignment.comparison_id):
        raise Conflict("This answer carries the mark of another one. Reload the page and answer again.")
    return same or next(iter(found), None)


def _status_of(assignment: Assignment) -> Status:
    """An answer after its reservation lapsed counts where a place is left, and is kept as surplus where not."""
    if assignment.state in RESERVED or retake_seat(assignment.comparison_id):
        return Status.SUBMITTED
    return Status.SURPLUS


def _store(assignment: Assignment, answer: Answer | Skip, said: Said, status: Status) -> Judgment:
    judgment = Judgment(
        project=assignment.project,
        comparison_id=assignment.comparison_id,
        k=len(assignment.order),
        judge=judge_of(assignment.person, assignment.project),
        person=assignment.person,
        round=assignment.round,
        order=assignment.order,
        order_no=order_number(assignment.order),
        **asdict(said),
        wall_ms=answer.wall_ms,
        active_ms=answer.active_ms,
        touched=True,
        client_id=answer.client_id,
        status=status,
        revises=taken_back(assignment),
    )
    judgment.save(force_insert=True)
    return judgment
