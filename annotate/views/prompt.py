"""One prompt: the conversation, its responses, its comparisons with every judgment, as far as the reader may see."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from annotate.review.blindness import blind_to
from annotate.review.comparisons import Card
from annotate.review.prompts import asked, comparisons_of, responses_of
from annotate.views.decision_form import DecisionForm, decision_form
from annotate.views.forms import uuid_or_none
from core import audit
from core.http import UserRequest
from core.models import Comparison, Project, Prompt
from core.permissions import get_project, may
from core.views.access import signed_in
from core.views.pages import in_project


@require_safe
@signed_in
def prompt(request: UserRequest, slug: str, prompt: UUID) -> HttpResponse:
    """The page; or, where htmx opens or closes a comparison, that comparison alone."""
    project = get_project(request.user, slug, "read")
    found = get_object_or_404(Prompt.objects.visible_to(request.user), project=project, public=prompt)
    found.project = project
    opened = uuid_or_none(request.GET.get("open"))
    alone = uuid_or_none(request.GET.get("only")) or opened
    if request.htmx and alone:
        comparison = get_object_or_404(found.comparisons, public=alone)
        return comparison_part(request, project, comparison, is_open=opened is not None)
    return prompt_page(request, project, found, opened=opened)


def prompt_page(
    request: UserRequest,
    project: Project,
    prompt: Prompt,
    *,
    opened: UUID | None = None,
    form: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """`opened`: the comparison that shows its texts and can be decided; the page of comparisons begins with it."""
    names, blind = may(request.user, project, "names"), blind_to(request.user, prompt)
    if names:
        audit.viewed(request.user, project, "names", str(prompt.public))
    start = uuid_or_none(request.GET.get("comparisons")) or opened
    comparisons = comparisons_of(project, prompt, blind, start, names=names, opened=opened)
    card = next((card for card in comparisons.cards if card.is_open), None)
    context = in_project(
        request.user,
        project,
        "prompts",
        prompt=prompt,
        asked=asked(project, prompt),
        responses=responses_of(project, prompt, blind, uuid_or_none(request.GET.get("responses"))),
        comparisons=comparisons,
        form=form or decision_form(request.user, project, card),
    )
    return render(request, "annotate/prompt.html", context, status=status)


def comparison_part(
    request: UserRequest,
    project: Project,
    comparison: Comparison,
    *,
    is_open: bool,
    form: DecisionForm | None = None,
    status: int = 200,
    **said: Any,
) -> HttpResponse:
    """One comparison of the page, opened with its texts or closed."""
    found = comparison.prompt
    names, blind = may(request.user, project, "names"), blind_to(request.user, found)
    opened = comparison.public if is_open else None
    card: Card = comparisons_of(project, found, blind, comparison.public, names=names, opened=opened).cards[0]
    form = form or decision_form(request.user, project, card if is_open else None)
    context = in_project(request.user, project, "prompts", prompt=found, card=card, form=form, **said)
    return render(request, "annotate/comparison.html", context, status=status)
