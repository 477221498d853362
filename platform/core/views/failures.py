"""Every input of a run that came to nothing, the newest first."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.http import UserRequest, part
from core.models import Failure, Run, Stage
from core.permissions import get_project
from core.runs.inputs import inputs_of
from core.views.access import signed_in
from core.views.pages import in_project
from core.views.run import run_in

ROWS = 50
LONGEST_ID = 18  # digits that fit into 64 bits


@require_safe
@signed_in
def failures(request: UserRequest, slug: str, run: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "read")
    found = run_in(request, project, run)
    stages = list(Stage.objects.filter(run=found, failed__gt=0).order_by("number"))
    stage = next((each for each in stages if each.name == request.GET.get("stage")), None)
    page = _page(found, stage, request.GET.get("before", ""))
    rows = page[:ROWS]
    inputs = inputs_of(project, rows)
    context = in_project(
        request.user,
        project,
        "runs",
        tab="run",
        run=found,
        stages=stages,
        stage=stage,
        count=sum(each.failed for each in ([stage] if stage else stages)),
        rows=[(failure, inputs.get(failure.pk)) for failure in rows],
        older=page[ROWS - 1].pk if len(page) > ROWS else None,
        later="before" in request.GET,
    )
    return render(request, part(request, "core/failures.html", "rows"), context)


def _page(run: Run, stage: Stage | None, before: str) -> list[Failure]:
    found = Failure.objects.filter(stage=stage) if stage else Failure.objects.filter(stage__run=run)
    if before.isascii() and before.isdigit() and len(before) <= LONGEST_ID:
        found = found.filter(pk__lt=int(before))
    return list(found.select_related("stage").order_by("-pk")[: ROWS + 1])
