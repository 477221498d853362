"""One run: how far it is, what failed, what can be done with it. The part that moves asks for itself again."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from core.highlighting import highlighted
from core.http import UserRequest, part
from core.models import Project, Run, RunState
from core.permissions import get_project
from core.runs.standing import equal_failures, standing_of
from core.views.access import signed_in
from core.views.pages import in_project

# How often the page looks again; a run that is over is not looked at any more.
EVERY = {RunState.QUEUED: "2s", RunState.RUNNING: "2s", RunState.PARKED: "10s", RunState.PAUSED: "10s"}


@require_safe
@signed_in
def run(request: UserRequest, slug: str, run: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "read")
    return run_page(request, project, run_in(request, project, run))


def run_in(request: UserRequest, project: Project, public: UUID) -> Run:
    runs = Run.objects.visible_to(request.user).select_related("recipe", "schedule", "created_by")
    return get_object_or_404(runs, project=project, public=public)


def run_page(request: UserRequest, project: Project, run: Run, *, status: int = 200, **said: Any) -> HttpResponse:
    """`said`: `refused`, why what was tried cannot be done, or `limit` as it was typed, with its `limit_error`."""
    standing = standing_of(run)
    state, _, failed = request.GET.get("known", "").partition(".")
    other_state = bool(request.htmx) and state != run.state
    other_failures = bool(request.htmx) and failed != f"{standing.failed}"
    context = in_project(
        request.user,
        project,
        "runs",
        tab="run",
        run=run,
        standing=standing,
        other_state=other_state,
        other_failures=other_failures,
        every=EVERY.get(RunState(run.state), ""),
        groups=equal_failures(run) if standing.failed and (other_failures or not request.htmx) else [],
        uploads=run.uploads.all() if "upload" in run.settings else [],
        source="" if request.htmx else mark_safe(highlighted(run.recipe.source, "yaml")),  # noqa: S308 - it escapes
        **said,
    )
    response = render(request, part(request, "core/run.html", "live"), context, status=status)
    return trigger_client_event(response, "run-changed") if other_state else response
