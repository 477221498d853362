from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.http import UserRequest
from core.models import DatasetVersion, Project
from core.permissions import get_project
from core.schedules.alarms import alarms_of
from core.views.access import signed_in
from core.views.loop import loop_of, next_step, own_step
from core.views.pages import in_project
from core.work import work_of

MOST_VERSIONS = 50


@require_safe
@signed_in
def overview(request: UserRequest, slug: str) -> HttpResponse:
    """How far the project is and what to do next; people who only judge see their own part."""
    project = get_project(request.user, slug, "see")
    context = in_project(request.user, project, "overview")
    work = work_of(request.user, [project]).get(project.pk) if "judge" in context["verbs"] else None
    if "read" not in context["verbs"]:
        return render(request, "core/overview.html", {**context, "step": own_step(project, work)})
    loop, versions = loop_of(project), _versions(project)
    step = next_step(project, loop, work, exported=bool(versions), manages="manage" in context["verbs"])
    shown = {"loop": loop, "step": step, "versions": versions, "alarms": alarms_of(project)}
    return render(request, "core/overview.html", {**context, **shown})


def _versions(project: Project) -> list[DatasetVersion]:
    found = DatasetVersion.objects.filter(dataset__project=project).select_related("dataset")
    return list(found.order_by("-created")[:MOST_VERSIONS])
