"""What a person does with a schedule: create, change, pause, resume, delete it. Beat's rows follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from core import audit
from core.errors import Conflict, PrefereeError
from core.models import Overlap, Project, RunState, Schedule, User
from core.runs.actions import cancel
from core.runs.starting import composed
from core.schedules.bell import hang, take_down
from core.schedules.clock import now
from core.schedules.times import next_times, read_cron

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person says about a schedule; `settings` as a run takes them, by STAGE.KEY."""

    name: str
    recipe: str
    cron: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    only_new: bool = True
    overlap: str = Overlap.SKIP
    max_cost: Decimal | None = None


def create_schedule(project: Project, plan: Plan, *, by: User | None = None) -> Schedule:
    """Raises PrefereeError where the name is taken, or the recipe, a setting or the time does not fit."""
    return _save(Schedule(project=project, created_by=by), plan, "schedule.create", by)


def change_schedule(schedule: Schedule, plan: Plan, *, by: User | None = None) -> Schedule:
    """From now on; what runs already goes on as it began."""
    return _save(schedule, plan, "schedule.change", by)


def pause_schedule(schedule: Schedule, *, by: User | None = None) -> None:
    """What is due meanwhile is not made up for."""
    _switch(schedule, False, "schedule.pause", by)


def resume_schedule(schedule: Schedule, *, by: User | None = None) -> None:
    _switch(schedule, True, "schedule.resume", by)


@transaction.atomic
def delete_schedule(schedule: Schedule, *, by: User | None = None) -> None:
    """Its runs stay, without it; one that still waits for its turn is cancelled."""
    locked = _locked(schedule)
    for run in locked.runs.filter(state=RunState.QUEUED):
        cancel(run, by=by)
    _record("schedule.delete", locked, by)
    take_down(locked)
    locked.delete()


@transaction.atomic
def follow_time_zone(project: Project) -> None:
    """Every schedule of the project at its times in the zone that the project has now."""
    for schedule in Schedule.objects.filter(project=project):
        _reckon(_locked(schedule))


def _save(schedule: Schedule, plan: Plan, verb: str, by: User | None) -> Schedule:
    _check(schedule, plan)
    try:
        with transaction.atomic():
            changed = _locked(schedule) if schedule.pk else schedule
            for name in ("recipe", "only_new", "overlap", "max_cost"):
                setattr(changed, name, getattr(plan, name))
            changed.name, changed.settings = _line(plan.name), dict(plan.settings)
            changed.cron = _line(plan.cron.lower())
            changed.note, changed.untold = "", False
            changed.save()
            _reckon(changed)
            said = {"cron": changed.cron, "recipe": plan.recipe, "settings": dict(plan.settings)}
            _record(verb, changed, by, **said)
    except IntegrityError as error:
        raise PrefereeError(_taken(_line(plan.name))) from error
    return changed


def _check(schedule: Schedule, plan: Plan) -> None:
    name = _line(plan.name)
    if not name or len(name) > LONGEST_NAME:
        raise PrefereeError(f"The name has {len(name)} characters. Write 1 to {LONGEST_NAME}.")
    if Schedule.objects.filter(project=schedule.project, name=name).exclude(pk=schedule.pk).exists():
        raise PrefereeError(_taken(name))
    if plan.overlap not in Overlap.values:
        raise PrefereeError(f"“{plan.overlap}” is no way to overlap. Write {', '.join(Overlap.values)}.")
    if plan.max_cost is not None and plan.max_cost <= 0:
        raise PrefereeError("The limit of a run's cost is not above zero. Leave it empty for none.")
    read_cron(plan.cron)
    composed(schedule.project, plan.recipe, plan.settings)


def _taken(name: str) -> str:
    return f"A schedule of this project is called “{name}” already. Choose another name."


@transaction.atomic
def _switch(schedule: Schedule, enabled: bool, verb: str, by: User | None) -> None:
    locked = _locked(schedule)
    if locked.enabled == enabled:
        raise Conflict(f"The schedule is {'on' if enabled else 'paused'} already.")
    locked.enabled = enabled
    _reckon(locked)
    _record(verb, locked, by)
    schedule.refresh_from_db()


def _locked(schedule: Schedule) -> Schedule:
    """As it is now, so that nothing of what others changed meanwhile is undone."""
    found = Schedule.objects.select_for_update(of=("self",)).select_related("project", "task")
    return found.get(pk=schedule.pk)


def _record(verb: str, schedule: Schedule, by: User | None, **said: Any) -> None:
    target, name = str(schedule.public), schedule.name
    audit.record(verb, project=schedule.project, actor=by, target=target, name=name, **said)


def _line(text: str) -> str:
    """On one line, with one space between its words."""
    return " ".join(text.split())


def _reckon(schedule: Schedule) -> None:
    """The next time from now on, and beat's rows for it; none while the schedule is paused."""
    times = next_times(schedule.cron, schedule.project.time_zone, now(), 1) if schedule.enabled else []
    schedule.next_due = times[0] if times else None
    hang(schedule)
    schedule.save(update_fields=["enabled", "next_due", "task"])
