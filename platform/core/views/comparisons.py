"""The comparisons of a project, newest first, narrowed to what somebody looks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from core.facts.filters import STATES
from core.http import UserRequest
from core.models import Candidate, Comparison, ComparisonFacts, Label, Project, User
from core.permissions import MAY, get_project
from core.views.access import signed_in
from core.views.addresses import beginning, prompt_address
from core.views.projects import LABEL_POLICY
from core.views.table import answer, may_see_names, page_of

STATE = dict(STATES["comparison"])
NOBODY = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    comparison: Comparison
    facts: ComparisonFacts
    label: Label | None
    models: Sequence[str]
    address: str

    @property
    def text(self) -> str:
        return beginning(self.comparison.prompt.messages)

    @property
    def state(self) -> str:
        return STATE[self.facts.state]

    @property
    def voters(self) -> int:
        return sum(self.label.votes.values()) if self.label else 0

    @property
    def winner(self) -> str:
        """What the label says, in words; the winner's model where there is one."""
        if self.label is None:
            return ""
        if self.label.undecided:
            return "Undecided"
        if self.label.both_bad:
            return "Both bad"
        best = [name for name, rank in zip(self.models, self.label.ranks or (), strict=False) if rank == 1]
        return "Tie" if len(best) == len(self.models) else ", ".join(best)

    @property
    def agreement(self) -> str:
        if not self.voters:
            return ""
        if self.voters == 1:
            return "One vote"
        return "Split" if self.label and len(self.label.votes) > 1 else "Unanimous"


@require_safe
@signed_in
def comparisons(request: UserRequest, slug: str) -> HttpResponse:
    return comparisons_page(request, get_project(request.user, slug, "read"))


def comparisons_page(
    request: UserRequest, project: Project, asked: QueryDict | None = None, **shown: Any
) -> HttpResponse:
    """Where nothing else is asked for, what the address asks for."""
    names = may_see_names(request.user, project)
    page = page_of(project, "comparison", request.GET if asked is None else asked, names=names)
    rows = _rows(project, page.ids)
    return answer(request, project, "comparison", page, rows, people=judging(project), **shown)


def _rows(project: Project, ids: Sequence[int]) -> list[Row]:
    """In the order of the ids; a comparison that has just gone is left out."""
    found = Comparison.objects.filter(project=project).select_related("prompt").in_bulk(ids)
    facts = ComparisonFacts.objects.defer("words", "facets").in_bulk(ids)
    labels = {
        label.comparison_id: label
        for label in Label.objects.filter(comparison__in=ids, question="main", policy=LABEL_POLICY)
    }
    models = _models(ids)
    return [
        Row(
            found[pk],
            facts[pk],
            labels.get(pk),
            models.get(pk, ()),
            prompt_address(project.slug, found[pk].prompt.public),
        )
        for pk in ids
        if pk in found and pk in facts
    ]


def _models(ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """The authors by slot."""
    models: dict[int, list[str]] = {}
    seats = Candidate.objects.filter(comparison__in=ids).order_by("comparison", "slot")
    for pk, author in seats.values_list("comparison", "response__author"):
        models.setdefault(pk, []).append(author or NOBODY)
    return models


def judging(project: Project) -> list[User]:
    """Whom comparisons can be assigned to."""
    roles = [role for role, verbs in MAY.items() if "judge" in verbs]
    members = project.memberships.filter(role__in=roles, paused=None).select_related("user")
    return sorted((each.user for each in members), key=str)
