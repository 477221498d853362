"""One schedule: make it, look at it, change it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import PrefereeError
from core.http import UserRequest, part
from core.models import Overlap, Project, Run, Schedule, Stage
from core.permissions import get_project
from core.schedules.actions import Plan, change_schedule, create_schedule
from core.schedules.alarms import alarm_of
from core.schedules.links import page_of_run
from core.schedules.words import in_words
from core.views.access import signed_in
from core.views.pages import in_project
from core.views.schedule_form import (
    OTHER_RECIPE,
    ScheduleForm,
    Settings,
    initial_of,
    plan_of,
    recipe_names,
    sent_settings,
    settings_of,
    times_of,
    times_typed,
)

PAGE = "core/schedule.html"
MOST_RUNS = 10
EXPLAINED = [
    (Overlap.SKIP, "Skip the new one", "The overview says so."),
    (Overlap.QUEUE, "Queue the new one", "It starts when the other has ended; no more than one waits."),
    (Overlap.ALLOW, "Start it beside the other", "Each takes what is new when it starts."),
]
Save = Callable[[Plan], Schedule]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_schedule(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    if request.method == "POST":
        return _saved(request, project, None, lambda plan: create_schedule(project, plan, by=request.user))
    if request.htmx.target == "next-times":
        return _page(request, project, None, "times", times=times_typed(project, request.GET))
    recipe = request.GET.get("recipe", "")
    if request.htmx:
        return _page(request, project, None, "settings", settings=settings_of(project, recipe, {}, None))
    return _page(request, project, None, "times", **_as_it_is(project, None, recipe))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def schedule(request: UserRequest, slug: str, schedule: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage" if request.method == "POST" else "read")
    found = found_schedule(request, project, schedule)
    if request.method == "POST":
        return _saved(request, project, found, lambda plan: change_schedule(found, plan, by=request.user))
    return _page(request, project, found, "times", **_as_it_is(project, found, found.recipe))


def found_schedule(request: UserRequest, project: Project, public: str) -> Schedule:
    schedules = Schedule.objects.visible_to(request.user).select_related("project", "created_by")
    return get_object_or_404(schedules, public=public, project=project)


def _as_it_is(project: Project, schedule: Schedule | None, recipe: str) -> dict[str, Any]:
    initial = initial_of(schedule)
    initial["recipe"] = recipe or recipe_names(project)[0]
    settings = settings_of(project, initial["recipe"], schedule.settings if schedule else {}, None)
    return {"form": ScheduleForm(initial=initial), "settings": settings, "times": times_typed(project, initial)}


def _saved(request: UserRequest, project: Project, schedule: Schedule | None, save: Save) -> HttpResponse:
    """Back to the page with what was typed and what is wrong with it, or to the schedule."""
    form = ScheduleForm(request.POST)
    settings = _sent(project, schedule, request.POST)
    error = "" if settings.form else settings.error
    if form.is_valid() and settings.form and settings.form.is_valid and not settings.error:
        try:
            kept = save(plan_of(form, settings.form.values))
        except PrefereeError as refused:
            error = str(refused)
        else:
            return redirect("schedule", project.slug, kept.public)
    times = times_typed(project, request.POST)
    return _page(request, project, schedule, "", 422, form=form, settings=settings, times=times, error=error)


def _sent(project: Project, schedule: Schedule | None, data: Mapping[str, str]) -> Settings:
    """What was typed; the untouched settings of another recipe where that was chosen without seeing them."""
    recipe = data.get("recipe", "")
    if data.get("settings_of") != recipe:
        shown = settings_of(project, recipe, {}, None)
        return Settings(recipe, shown.form, shown.error or OTHER_RECIPE)
    before = schedule.settings if schedule and schedule.recipe == recipe else {}
    return settings_of(project, recipe, before, sent_settings(data))


def _page(
    request: UserRequest, project: Project, schedule: Schedule | None, named: str, status: int = 200, **shown: Any
) -> HttpResponse:
    context = in_project(request.user, project, "runs", tab="schedule", schedule=schedule, explained=EXPLAINED, **shown)
    template = part(request, PAGE, named) if named else PAGE
    if template == PAGE:
        context["names"] = recipe_names(project)
        if schedule:
            context |= _facts(schedule)
    return render(request, template, context, status=status)


def _facts(schedule: Schedule) -> dict[str, Any]:
    return {
        "words": in_words(schedule.cron),
        "alarm": alarm_of(schedule),
        "runs": _runs(schedule),
        "saved_times": times_of(schedule.project, schedule.cron),
    }


@dataclass(frozen=True, slots=True)
class Row:
    due: datetime
    page: str
    state: str
    said: str
    done: int
    failed: int
    error: str


def _runs(schedule: Schedule) -> list[Row]:
    """The newest first."""
    runs = list(Run.objects.filter(schedule=schedule).order_by("-due", "-pk")[:MOST_RUNS])
    counted = Stage.objects.filter(run__in=runs).values_list("run").annotate(Sum("done"), Sum("failed"))
    totals = {run: (done, failed) for run, done, failed in counted}
    return [
        Row(
            run.due or run.created,
            page_of_run(run, schedule),
            run.state,
            run.get_state_display(),
            *totals.get(run.pk, (0, 0)),
            run.error,
        )
        for run in runs
    ]
