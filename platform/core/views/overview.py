"""Where a project stands, what to do next, and what needs somebody."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.alarms import alarms_of
from core.http import UserRequest, part
from core.models import DatasetVersion, Membership, Project, User
from core.permissions import get_project
from core.reports.standing import is_large, standing_of
from core.rounds import due_of
from core.views.access import signed_in
from core.views.loop import next_step, own_step
from core.views.outlook import numbers, outlook
from core.views.pages import in_project
from core.work import work_of

TEMPLATE = "core/overview.html"
MOST_VERSIONS = 50


@require_safe
@signed_in
def overview(request: UserRequest, slug: str) -> HttpResponse:
    """People who only judge see their own part. A large project is counted when the page is there: `?counted` waits."""
    project = get_project(request.user, slug, "see")
    context = in_project(request.user, project, "overview", due=due_of(project))
    if "read" not in context["verbs"]:
        return render(request, TEMPLATE, {**context, "step": _own_step(request.user, project, context)})
    context["versions"] = _versions(project)
    if "counted" not in request.GET and is_large(project):
        return render(request, TEMPLATE, {**context, "coming": True})
    return render(request, part(request, TEMPLATE, "standing"), {**context, **_standing(request.user, context)})


def _standing(person: User, context: dict[str, Any]) -> dict[str, Any]:
    project, verbs = context["project"], context["verbs"]
    standing = standing_of(project)
    work = work_of(person, [project]).get(project.pk) if "judge" in verbs else None
    exported = bool(context["versions"])
    return {
        "loop": standing.loop,
        "outlook": outlook(project, standing),
        "numbers": numbers(standing.loop, standing.work),
        "step": next_step(project, standing.loop, work, exported=exported, verbs=verbs),
        "alarms": [(alarm, alarm.verb in verbs) for alarm in alarms_of(project)],
    }


def _own_step(person: User, project: Project, context: dict[str, Any]) -> Any:
    work = work_of(person, [project]).get(project.pk) if "judge" in context["verbs"] else None
    paused = Membership.objects.filter(user=person, project=project, paused__isnull=False).exists()
    return own_step(project, work, paused=paused)


def _versions(project: Project) -> list[DatasetVersion]:
    found = DatasetVersion.objects.filter(dataset__project=project).select_related("dataset")
    return list(found.order_by("-created")[:MOST_VERSIONS])
