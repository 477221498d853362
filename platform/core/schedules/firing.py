"""A schedule is due: claim the time by moving the next one on, then start a run, or say why not. Twice is once."""

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from core.errors import PrefereeError
from core.models import Overlap, Run, RunState, Schedule
from core.models.run import GOING
from core.runs.failures import said
from core.runs.starting import begin_run, record_run
from core.schedules.clock import now as clock
from core.schedules.clock import told_time
from core.schedules.times import last_time, next_times

log = logging.getLogger(__name__)


def fire_due(now: datetime | None = None) -> list[Run]:
    """Everything that is due; the sweep calls it, so that a lost bell or a dead beat costs seconds."""
    at = now or clock()
    due = Schedule.objects.filter(enabled=True, next_due__lte=at, project__archived=None).order_by("next_due")
    return [run for pk in due.values_list("pk", flat=True) if (run := fire(pk, at))]


def fire(schedule_id: int, now: datetime | None = None) -> Run | None:
    """The run that is due, recorded and begun where its turn has come; None where nothing is due or it may not be.

    Of the times that passed while nobody looked, one run makes up for all, under the latest of them.
    """
    at = now or clock()
    with transaction.atomic():
        schedule = _claimed(schedule_id, at)
        run = _run_of(schedule, at) if schedule else None
    if run and schedule and not _waits(schedule, run):
        begin_run(run)
    return run


def _claimed(schedule_id: int, at: datetime) -> Schedule | None:
    """The schedule, whose row is locked and whose next time is moved on; None where it is not due any more."""
    due = Schedule.objects.filter(pk=schedule_id, enabled=True, next_due__lte=at, project__archived=None)
    schedule = due.select_related("project", "created_by").first()
    if schedule is None:
        return None
    following = next_times(schedule.cron, schedule.project.time_zone, at, 1)
    as_read = Schedule.objects.filter(pk=schedule.pk, enabled=True, next_due=schedule.next_due, cron=schedule.cron)
    moved_on = as_read.update(next_due=following[0] if following else None, note="", untold=False)
    return schedule if moved_on else None


def _run_of(schedule: Schedule, at: datetime) -> Run | None:
    assert schedule.next_due is not None, "only what has a next time is claimed"
    due = max(schedule.next_due, last_time(schedule.cron, schedule.project.time_zone, at))
    if Run.objects.filter(schedule=schedule, due=due).exists():
        return None
    if reason := _against(schedule):
        _note(schedule, f"Skipped the run that was due on {told_time(due, schedule.project)}: {reason}")
        return None
    try:
        return _recorded(schedule, due)
    except PrefereeError as error:
        sentence = said(error)
    except (OperationalError, InterfaceError):  # the database's trouble: the time stays due, the sweep comes again
        raise
    except Exception as error:  # a defect must not be met at this time again and again
        log.exception("The schedule %s could not start its run", schedule.public)
        sentence = said(error)
    _note(
        schedule, f"The run that was due on {told_time(due, schedule.project)} could not start: {sentence}", untold=True
    )
    return None


def _against(schedule: Schedule) -> str:
    """What the policy has against another run now; nothing in most cases."""
    going = Run.objects.filter(schedule=schedule, state__in=GOING)
    if schedule.overlap == Overlap.SKIP and (other := going.order_by("due").first()):
        return f"the run {_of(other, schedule)} still goes."
    if schedule.overlap == Overlap.QUEUE and (other := going.filter(state=RunState.QUEUED).first()):
        return f"the run {_of(other, schedule)} waits already, and no more than one may."
    return ""


def _recorded(schedule: Schedule, due: datetime) -> Run:
    with transaction.atomic():
        return record_run(
            schedule.project,
            schedule.recipe,
            schedule.settings,
            by=schedule.created_by,
            max_cost=schedule.max_cost,
            only_new=schedule.only_new,
            schedule=schedule,
            due=due,
        )


def _waits(schedule: Schedule, run: Run) -> bool:
    others = Run.objects.filter(schedule=schedule, state__in=GOING).exclude(pk=run.pk)
    return schedule.overlap == Overlap.QUEUE and others.exists()


def _note(schedule: Schedule, sentence: str, *, untold: bool = False) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(note=sentence, untold=untold)


def _of(run: Run, schedule: Schedule) -> str:
    return f"of {told_time(run.due or run.created, schedule.project)}"
