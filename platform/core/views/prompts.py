"""The prompts of a project, newest first, narrowed to what somebody looks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from core.facts.filters import STATES
from core.http import UserRequest
from core.models import Project, Prompt, PromptFacts
from core.permissions import get_project
from core.views.access import signed_in
from core.views.addresses import beginning, prompt_address
from core.views.table import answer, may_see_names, page_of

STATE = dict(STATES["prompt"])


@dataclass(frozen=True, slots=True)
class Row:
    prompt: Prompt
    facts: PromptFacts
    address: str

    @property
    def text(self) -> str:
        return beginning(self.prompt.messages)

    @property
    def state(self) -> str:
        return STATE[self.facts.state]


@require_safe
@signed_in
def prompts(request: UserRequest, slug: str) -> HttpResponse:
    return prompts_page(request, get_project(request.user, slug, "read"))


def prompts_page(request: UserRequest, project: Project, asked: QueryDict | None = None, **shown: Any) -> HttpResponse:
    """Where nothing else is asked for, what the address asks for."""
    names = may_see_names(request.user, project)
    page = page_of(project, "prompt", request.GET if asked is None else asked, names=names)
    return answer(request, project, "prompt", page, _rows(project, page.ids), **shown)


def _rows(project: Project, ids: Sequence[int]) -> list[Row]:
    """In the order of the ids; a prompt that has just gone is left out."""
    found = Prompt.objects.filter(project=project).in_bulk(ids)
    facts = PromptFacts.objects.defer("words", "facets").in_bulk(ids)
    return [
        Row(found[pk], facts[pk], prompt_address(project.slug, found[pk].public))
        for pk in ids
        if pk in found and pk in facts
    ]
