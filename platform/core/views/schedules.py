"""The schedules of a project, and what is done to one without a form."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.http import UserRequest
from core.models import Project, Run, Schedule
from core.permissions import get_project
from core.schedules.actions import delete_schedule as delete
from core.schedules.actions import pause_schedule as pause
from core.schedules.actions import resume_schedule as resume
from core.schedules.alarms import Alarm, alarms_of
from core.schedules.words import in_words
from core.views.access import signed_in
from core.views.pages import in_project
from core.views.schedule import found_schedule

WRONG_NAME = "This is not its name. Write “{}” to delete it."


@dataclass(frozen=True, slots=True)
class Row:
    schedule: Schedule
    words: str
    last: Run | None
    alarm: Alarm | None


@require_safe
@signed_in
def schedules(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "read")
    context = in_project(request.user, project, "runs", tab="schedules", rows=_rows(project))
    return render(request, "core/schedules.html", context)


@require_POST
@signed_in
def pause_schedule(request: UserRequest, slug: str, schedule: str) -> HttpResponse:
    found = found_schedule(request, get_project(request.user, slug, "manage"), schedule)
    pause(found, by=request.user)
    return redirect("schedule", slug, found.public)


@require_POST
@signed_in
def resume_schedule(request: UserRequest, slug: str, schedule: str) -> HttpResponse:
    found = found_schedule(request, get_project(request.user, slug, "manage"), schedule)
    resume(found, by=request.user)
    return redirect("schedule", slug, found.public)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete_schedule(request: UserRequest, slug: str, schedule: str) -> HttpResponse:
    """Asks for the name, so that the right one goes."""
    project = get_project(request.user, slug, "manage")
    found = found_schedule(request, project, schedule)
    typed = request.POST.get("name", "")
    if request.method == "POST" and " ".join(typed.split()) == found.name:
        delete(found, by=request.user)
        return redirect("schedules", slug)
    error, status = (WRONG_NAME.format(found.name), 422) if request.method == "POST" else ("", 200)
    context = in_project(request.user, project, "runs", tab="schedule", schedule=found, typed=typed, error=error)
    return render(request, "core/delete_schedule.html", context, status=status)


def _rows(project: Project) -> list[Row]:
    latest = Run.objects.filter(project=project, schedule__isnull=False).order_by("schedule", "-due", "-pk")
    runs = {run.schedule_id: run for run in latest.distinct("schedule")}
    alarms = {alarm.schedule.pk: alarm for alarm in alarms_of(project)}
    found = project.schedules.order_by("name")
    return [Row(each, in_words(each.cron), runs.get(each.pk), alarms.get(each.pk)) for each in found]
