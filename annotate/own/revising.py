"""Change one's own answer, or contest what was decided. Lock order: queue item, assignment, judgment, label."""

from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from annotate.kinds.answers import read_answers
from annotate.models import Assignment, AssignmentState, Flag
from annotate.own.history import decisions_on, is_otherwise, is_told, own_answers
from annotate.queue.items import lock
from annotate.queue.writers import keep_rewrites
from annotate.review import flags
from annotate.work.actions import Answer
from annotate.work.screen import shown_in
from core import audit
from core.errors import Conflict, PrefereeError
from core.labels.service import refresh_labels
from core.models import Comparison, Judgment, Status, User

STALE = "You have changed this answer in another window. Reload the page to see it, then change it."
DECIDED = "This comparison is decided, so its answers do not change any more. Contest the decision instead."
GONE = "This comparison is used no more, so its answers do not change."
SKIPPED = "You have skipped this comparison, so there is no answer to change."
NOT_DECIDED = "Nobody has decided this comparison otherwise, so there is nothing to contest."


def standing_answer(comparison: Comparison, person: User) -> Judgment | None:
    """The answer of this person that stands, of their newest round."""
    own = own_answers(person, comparison.project).filter(comparison=comparison, live=True)
    return own.select_related("round__question_set").order_by("-created", "-pk").first()


def revise(comparison: Comparison, answer: Answer, *, after: UUID, by: User) -> Judgment:
    """Store the changed answer, once; the one before is kept and stands no more.

    `after` is the mark of the answer that the form was made upon. Raises BadAnswer where nothing valid was chosen,
    Conflict where another answer stands by now or the comparison is decided.
    """
    with transaction.atomic():
        lock([comparison.pk])
        assignment = _assignment(comparison, by)
        before = standing_answer(comparison, by)
        if before is not None and before.client_id == answer.client_id:
            return before
        _check(comparison, before, after, by)
        assert before is not None
        return _replace(before, assignment, answer)


def may_change(judgment: Judgment, decision: Judgment | None) -> bool:
    """Until whoever answered may know what was decided; from then on they contest it."""
    return judgment.status in (Status.SUBMITTED, Status.SURPLUS) and not (decision and is_told(judgment))


def contest(comparison: Comparison, reason: str, *, by: User) -> Flag:
    """Ask a reviewer to look again. Raises Conflict where nothing is decided, or not otherwise."""
    own = standing_answer(comparison, by)
    decision = decisions_on([comparison.pk], besides=by).get(comparison.pk)
    if own is None or decision is None or not is_told(own) or not is_otherwise(own, decision):
        raise Conflict(NOT_DECIDED)
    return flags.contest(comparison, reason, by=by)


def _assignment(comparison: Comparison, person: User) -> Assignment:
    theirs = Assignment.objects.filter(comparison=comparison, person=person).exclude(state=AssignmentState.OWN)
    theirs = theirs.order_by("-round__number")
    found = theirs.select_for_update(of=("self",)).select_related("round__question_set").first()
    if found is None:
        raise PrefereeError("This comparison was never yours to answer.")
    return found


def _check(comparison: Comparison, before: Judgment | None, after: UUID, person: User) -> None:
    if before is None or before.client_id != after:
        raise Conflict(STALE)
    if before.status == Status.SKIPPED:
        raise Conflict(SKIPPED)
    if comparison.withdrawn or comparison.prompt.withdrawn or comparison.prompt.erased:
        raise Conflict(GONE)
    if not may_change(before, decisions_on([comparison.pk], besides=person).get(comparison.pk)):
        raise Conflict(DECIDED)


def _replace(before: Judgment, assignment: Assignment, answer: Answer) -> Judgment:
    questions = before.round.question_set.questions if before.round else []
    said = read_answers(questions, answer.fields, shown_in(assignment))
    Judgment.objects.filter(pk=before.pk, live=True).update(live=False)
    wall_ms, active_ms = answer.times.since(assignment.shown)
    judgment = Judgment(
        project_id=before.project_id,
        comparison_id=before.comparison_id,
        k=before.k,
        judge_id=before.judge_id,
        person_id=before.person_id,
        round_id=before.round_id,
        occasion=before.occasion,
        sample=before.sample,
        order=before.order,
        order_no=before.order_no,
        **asdict(said),
        wall_ms=wall_ms,
        active_ms=active_ms,
        touched=True,
        client_id=answer.client_id,
        status=before.status,
        revises=before,
    )
    judgment.save(force_insert=True)
    keep_rewrites(assignment, said)
    refresh_labels([before.comparison_id])
    target = str(assignment.comparison.public)
    audit.record("judgment.revise", project=before.project, actor=assignment.person, target=target)
    return judgment
