"""Every step that a recipe can use, with its docs and its settings."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.http import UserRequest
from core.permissions import get_project
from core.recipes.forms import docs_of
from core.recipes.shapes import shapes_of
from core.runs.steps import Gate, offered_steps
from core.views.access import signed_in
from core.views.pages import in_project


@require_safe
@signed_in
def steps(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "read")
    told = [
        {"step": step, "docs": docs_of(step), "waits": isinstance(step, Gate), "shapes": shapes_of(step.Config)}
        for step in offered_steps().values()
    ]
    return render(request, "core/steps.html", in_project(request.user, project, "runs", tab="steps", steps=told))
