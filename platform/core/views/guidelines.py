from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.http import UserRequest
from core.permissions import get_project
from core.rendering import rendered
from core.views.access import signed_in
from core.views.pages import in_project


@require_safe
@signed_in
def guidelines(request: UserRequest, slug: str) -> HttpResponse:
    """What the open round asks people to go by."""
    project = get_project(request.user, slug, "see")
    current = project.current_round
    text = current.question_set.guidelines if current else ""
    context = in_project(
        request.user, project, "guidelines", round=current, text=rendered(text, breaks=False) if text.strip() else ""
    )
    return render(request, "core/guidelines.html", context)
