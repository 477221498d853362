"""Which schedules of a project need a person: what of theirs failed, was skipped, or costs too much to go on."""

from dataclasses import dataclass

from django.db.models import Q

from core.models import Project, Run, RunState, Schedule

# A run that is cancelled was ended by somebody who knows; one that goes has not ended well or badly yet.
TELLING = Q(state__in=(RunState.DONE, RunState.PARKED, RunState.FAILED)) | Q(state=RunState.PAUSED) & ~Q(error="")


@dataclass(frozen=True, slots=True)
class Alarm:
    """One sentence about a schedule; the run where one is to blame."""

    schedule: Schedule
    sentence: str
    run: Run | None = None


def alarms_of(project: Project) -> list[Alarm]:
    """The note of the last time it was due, where no run started; else the newest run that failed or was paused."""
    latest = Run.objects.filter(TELLING, project=project, schedule__isnull=False).order_by("schedule", "-due", "-pk")
    runs = {run.schedule_id: run for run in latest.distinct("schedule")}
    found = [_alarm(schedule, runs.get(schedule.pk)) for schedule in project.schedules.order_by("name")]
    return [alarm for alarm in found if alarm]


def _alarm(schedule: Schedule, latest: Run | None) -> Alarm | None:
    if schedule.note:
        return Alarm(schedule, schedule.note)
    if latest is None or latest.state in (RunState.DONE, RunState.PARKED):
        return None
    return Alarm(schedule, latest.error, latest)
