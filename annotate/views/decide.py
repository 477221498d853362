"""A reviewer decides a comparison, and goes on to the next contested one."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotate.kinds.protocol import BadAnswer
from annotate.review import deciding as review
from annotate.views.cases import REVIEW, case_page
from annotate.views.decision_form import decision_from, form_for
from annotate.views.prompt import comparison_part, prompt_page
from core.http import UserRequest
from core.models import Comparison, Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project


@require_POST
@signed_in
def decide(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "review")
    comparisons = Comparison.objects.visible_to(request.user).select_related("prompt", "project")
    found = get_object_or_404(comparisons, project=project, public=comparison)
    try:
        review.decide(found, by=request.user, **decision_from(request.POST, found))
    except BadAnswer as error:
        return _refused(request, project, found, str(error))
    if request.POST.get("back") == REVIEW:
        return redirect("case", slug, comparison)
    if not request.htmx:
        return redirect(address_of(slug, found, "comparisons"))
    return comparison_part(request, project, found, is_open=False, decided=True)


def _refused(request: UserRequest, project: Project, comparison: Comparison, error: str) -> HttpResponse:
    form = form_for(comparison, project, request.user).sent(request.POST, error)
    if request.POST.get("back") == REVIEW:
        return case_page(request, project, comparison, form=form, status=422)
    if request.htmx:
        return comparison_part(request, project, comparison, is_open=True, form=form, status=422)
    return prompt_page(request, project, comparison.prompt, opened=comparison.public, form=form, status=422)


@require_safe
@signed_in
def contested(request: UserRequest, slug: str) -> HttpResponse:
    """The oldest comparison that its votes do not decide, opened; or a sentence that there is none."""
    project = get_project(request.user, slug, "review")
    found = review.next_contested(project, for_person=request.user)
    if found is not None:
        return redirect(address_of(slug, found, "open"))
    return render(request, "annotate/contested.html", in_project(request.user, project, "comparisons"))


def address_of(slug: str, comparison: Comparison, name: str) -> str:
    """The prompt's page from this comparison on: `open` it, or only begin the `comparisons` with it."""
    page = reverse("prompt", args=[slug, comparison.prompt.public])
    return f"{page}?{name}={comparison.public}#comparison-{comparison.public}"
