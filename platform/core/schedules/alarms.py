"""Which schedules of a project need a person: what of theirs failed, was skipped, or costs too much to go on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from core import alarms
from core.models import Project, Run, RunState, Schedule
from core.schedules.clock import told_time
from core.schedules.links import page_of_run, page_of_schedule

# A run that is cancelled was ended by somebody who knows; one that goes has not ended well or badly yet.
TELLING = Q(state__in=(RunState.DONE, RunState.PARKED, RunState.FAILED)) | Q(state=RunState.PAUSED) & ~Q(error="")
SKIPPED, OVERDUE = "Skipped", "Overdue"
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One sentence about a schedule; the run where one is to blame."""

    schedule: Schedule
    sentence: str
    run: Run | None = None

    @property
    def word(self) -> str:
        if self.run:
            return self.run.get_state_display()
        return next((word for word in (SKIPPED, OVERDUE) if self.sentence.startswith(word)), "Did not start")

    @property
    def page(self) -> str:
        return page_of_run(self.run, self.schedule) if self.run else page_of_schedule(self.schedule)


def alarms_of(project: Project) -> list[Alarm]:
    return _alarms(project.schedules.select_related("project").order_by("name"))


def schedule_alarms(project: Project) -> list[alarms.Alarm]:
    """The same as the overview shows them, beside those of others."""
    return [alarms.Alarm(each.sentence, each.schedule.name, each.page, each.word) for each in alarms_of(project)]


def alarm_of(schedule: Schedule) -> Alarm | None:
    return next(iter(_alarms([schedule])), None)


def _alarms(schedules: Iterable[Schedule]) -> list[Alarm]:
    """Nobody looks; or the note of the last due time, where no run started; or the newest run that did not go well."""
    schedules = list(schedules)
    latest = Run.objects.filter(TELLING, schedule__in=schedules).order_by("schedule", "-due", "-pk")
    runs = {run.schedule_id: run for run in latest.distinct("schedule")}
    found = [_alarm(schedule, runs.get(schedule.pk)) for schedule in schedules]
    return [alarm for alarm in found if alarm]


def _alarm(schedule: Schedule, latest: Run | None) -> Alarm | None:
    if schedule.enabled and schedule.next_due and schedule.next_due < timezone.now() - PATIENCE:
        return Alarm(schedule, _overdue(schedule, schedule.next_due))
    if schedule.note:
        return Alarm(schedule, schedule.note)
    if latest is None or latest.state in (RunState.DONE, RunState.PARKED):
        return None
    return Alarm(schedule, latest.error, latest)


def _overdue(schedule: Schedule, due: datetime) -> str:
    when = told_time(due, schedule.project)
    return f"{OVERDUE} since {when}: nothing looks what is due. Run manage.py serve, or a worker and beat."
