"""The form in which a reviewer decides a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict

from annotate.kinds.pairwise import Option, pairwise_options
from annotate.kinds.protocol import BadAnswer
from annotate.kinds.text import LONGEST_REASON
from annotate.review.comparisons import Card
from annotate.review.deciding import current_round, decision_of, main_question
from annotate.views.forms import STALE
from core.labels.words import letter_of
from core.models import Comparison, Judgment, Project, User
from core.permissions import may


class DecideForm(forms.Form):
    client_id = forms.UUIDField(error_messages={"required": STALE, "invalid": STALE})
    after = forms.UUIDField(required=False, error_messages={"invalid": STALE})
    choice = forms.CharField(required=False, max_length=40, error_messages={"max_length": STALE})
    rationale = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        error_messages={"max_length": f"The reason is longer than {LONGEST_REASON:,} characters. Shorten it."},
    )

    def clean_rationale(self) -> str:
        return str(self.cleaned_data["rationale"]).replace("\r\n", "\n")


@dataclass(frozen=True, slots=True)
class DecisionForm:
    """What the form shows. `after` is the mark of the decision that it would replace."""

    question: str
    options: Sequence[Option]
    client_id: UUID
    after: UUID | None = None
    choice: str = ""
    ranks: Sequence[tuple[str, str]] = ()
    rationale: str = ""
    error: str = ""

    def sent(self, data: QueryDict, error: str) -> Self:
        """The same form with what was typed and the sentence why it was refused."""
        ranks = [(letter, data.get(f"rank-{letter}", "")) for letter, _ in self.ranks]
        rationale, choice = data.get("rationale", ""), data.get("choice", "")
        return replace(self, ranks=ranks, rationale=rationale, choice=choice, error=error)


def decision_form(person: User, project: Project, card: Card | None) -> DecisionForm | None:
    """None where nothing is opened, or this person may not decide it, or not yet."""
    if card is None or not card.can_be_decided or not may(person, project, "review"):
        return None
    return form_for(card.comparison, project, person)


def form_for(comparison: Comparison, project: Project, person: User) -> DecisionForm:
    question = main_question(current_round(project))
    before = decision_of(comparison, person)
    options = pairwise_options(question) if comparison.k == 2 else []
    ranks = before.ranks if before and before.ranks else [""] * comparison.k
    return DecisionForm(
        question["text"] if comparison.k == 2 else "Rank the responses: 1 is best, equal ranks tie.",
        options,
        client_id=uuid4(),
        after=before.client_id if before else None,
        choice=_chosen(options, before) if before else "",
        ranks=[(letter_of(slot), str(rank)) for slot, rank in enumerate(ranks)] if comparison.k > 2 else [],
        rationale=before.rationale if before else "",
    )


def decision_from(data: QueryDict, comparison: Comparison) -> dict[str, Any]:
    """What `decide` takes. Raises BadAnswer with the first thing that does not fit."""
    form = DecideForm(data)
    if not form.is_valid():
        raise BadAnswer(str(next(iter(form.errors.values()))[0]))
    letters = map(letter_of, range(comparison.k))
    ranks = ",".join(data.get(f"rank-{letter}", "").strip() for letter in letters)
    return form.cleaned_data | ({"choice": ranks} if comparison.k > 2 else {})


def _chosen(options: Sequence[Option], before: Judgment) -> str:
    """The option that the decision before was, where the question still has it."""
    ranks = before.ranks or []
    side = None if len(set(ranks)) == 1 else ranks.index(1)
    same = (each for each in options if (each.side, each.both_bad) == (side, before.both_bad))
    return next((each.value for each in same if each.strength == before.strength), "")
