"""A reviewer's decision of a comparison: a judgment of the occasion “review”, which stands above all others."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from annotate.kinds.pairwise import pairwise_verdict
from annotate.kinds.ranking import ranking_verdict
from annotate.kinds.stored import Verdict
from annotate.models import Assignment
from annotate.review.blindness import BEFORE_THEM
from core import audit
from core.bulk import fetch
from core.errors import Conflict, PrefereeError
from core.judges import judge_of
from core.labels.service import policy_name, refresh_labels
from core.models import Comparison, Judgment, Occasion, Project, Round, User
from core.models.project import MAIN_QUESTION
from core.orders import order_number

STALE = "You have decided this comparison in another window. Reload the page to see that decision, then change it."
# The oldest first: labels are numbered as they are made. One voice cannot be split against itself.
UNDECIDED = """
SELECT l.id, l.comparison_id, votes.n, l.updated FROM core_label l JOIN core_comparison c ON c.id = l.comparison_id
 CROSS JOIN LATERAL (SELECT sum(n.value::int) AS n FROM jsonb_each_text(l.votes) AS n) votes
 WHERE l.project_id = %(project)s AND l.undecided AND l.policy = %(policy)s AND l.question = 'main'
   AND l.id > %(after)s AND votes.n >= 2 AND c.withdrawn IS NULL
   AND NOT EXISTS (SELECT FROM core_judgment j WHERE j.comparison_id = l.comparison_id AND j.live
                      AND j.occasion = 'review' AND j.person_id = %(person)s)
   AND NOT EXISTS (SELECT FROM annotate_assignment a WHERE a.comparison_id = l.comparison_id
                      AND a.person_id = %(person)s AND a.state IN ('held', 'ahead'))
 ORDER BY l.id LIMIT %(most)s
"""


def decide(
    comparison: Comparison, choice: str, rationale: str, client_id: UUID, *, by: User, after: UUID | None = None
) -> Judgment:
    """Store the decision once; a second one of the same person revises the first.

    `after` is the mark of the decision that the form was made upon, None where it showed none. Raises BadAnswer where
    nothing valid was chosen, Conflict where the person has decided otherwise meanwhile, or must answer it elsewhere.
    """
    with transaction.atomic():
        judge = judge_of(by, comparison.project)
        _hold(comparison, by)
        if same := Judgment.objects.filter(client_id=client_id).first():
            return _as_its_own(same, comparison, by)
        before = decision_of(comparison, by)
        if (before.client_id if before else None) != after:
            raise Conflict(STALE)
        number = _round(comparison.project)
        verdict = verdict_of(number, comparison.k, choice)
        Judgment.objects.filter(comparison=comparison, person=by, occasion=Occasion.REVIEW, live=True).update(
            live=False
        )
        slots = list(range(comparison.k))
        decision = Judgment.objects.create(
            project=comparison.project,
            comparison=comparison,
            k=comparison.k,
            judge=judge,
            person=by,
            round=number,
            occasion=Occasion.REVIEW,
            order=slots,
            order_no=order_number(slots),
            ranks=verdict.ranks,
            strength=verdict.strength,
            both_bad=verdict.both_bad,
            rationale=rationale,
            touched=True,
            client_id=client_id,
            revises=before,
        )
        refresh_labels([comparison.pk])
        audit.record(
            "comparison.decide",
            project=comparison.project,
            actor=by,
            target=str(comparison.public),
            choice=choice,
            revised=before is not None,
        )
        return decision


def decision_of(comparison: Comparison, person: User) -> Judgment | None:
    """What this person has decided here and still stands."""
    standing = Judgment.objects.filter(comparison=comparison, person=person, occasion=Occasion.REVIEW, live=True)
    return standing.order_by("-pk").first()


def verdict_of(number: Round, k: int, choice: str) -> Verdict:
    if k == 1:
        raise PrefereeError("A single response is rated and not decided. Decide comparisons of two or more.")
    return pairwise_verdict(main_question(number), choice, (0, 1)) if k == 2 else ranking_verdict(choice, k)


def main_question(number: Round | None) -> Mapping[str, Any]:
    """The question that a pair is decided by: the round's own where it compares two, else the usual one."""
    questions = number.question_set.questions if number else []
    own = next((each for each in questions if each["id"] == "main" and each.get("kind") == "pairwise"), None)
    return own or MAIN_QUESTION


def current_round(project: Project) -> Round | None:
    """The open round, else the newest: a decision may come when a round is over."""
    rounds = project.rounds.select_related("question_set")
    return rounds.filter(closed=None).order_by("-number").first() or rounds.order_by("-number").first()


def next_contested(project: Project, *, for_person: User | None = None) -> Comparison | None:
    """The oldest comparison whose two or more votes decide nothing; none that this person has decided, or holds."""
    named = {"project": project.pk, "policy": policy_name("people_first"), "person": for_person and for_person.pk}
    found = fetch(UNDECIDED, {**named, "after": 0, "most": 1})
    return Comparison.objects.select_related("prompt").get(pk=found[0][1]) if found else None


def _hold(comparison: Comparison, person: User) -> None:
    """Two decisions at once follow one another; whoever is asked on the work page is not asked here."""
    current = Comparison.objects.select_for_update(no_key=True, of=("self",)).select_related("prompt")
    locked = current.get(pk=comparison.pk)
    if locked.withdrawn or locked.prompt.withdrawn or locked.prompt.erased:
        raise Conflict("This comparison is withdrawn and used no more, so it takes no decision.")
    if Assignment.objects.filter(comparison=comparison, person=person, state__in=BEFORE_THEM).exists():
        raise Conflict("You have not judged this yet, and it is open on your work page. Answer or skip it there first.")


def _as_its_own(judgment: Judgment, comparison: Comparison, person: User) -> Judgment:
    if (judgment.comparison_id, judgment.person_id, judgment.occasion) != (comparison.pk, person.pk, Occasion.REVIEW):
        raise Conflict("This decision carries the mark of another answer. Reload the page and decide again.")
    return judgment


def _round(project: Project) -> Round:
    number = current_round(project)
    if number is None:
        raise PrefereeError("This project has no round in which a decision could stand. Open one in its settings.")
    return number
