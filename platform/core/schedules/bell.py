"""A schedule as rows of django-celery-beat, by which the DatabaseScheduler rings; shared with no other schedule."""

import json
from typing import Any

from django_celery_beat.models import CrontabSchedule, PeriodicTask

from core.models import Schedule

FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
TASK = "core.fire_schedule"


def hang(schedule: Schedule) -> None:
    """Make or change its rows; the caller saves the schedule, which knows its task afterwards."""
    times: dict[str, Any] = dict(zip(FIELDS, schedule.cron.split(), strict=True))
    times["timezone"] = schedule.project.time_zone
    task: Any = schedule.task
    if task is None:
        task = PeriodicTask(name=f"schedule {schedule.public}", crontab=CrontabSchedule.objects.create(**times))
    else:
        CrontabSchedule.objects.filter(pk=task.crontab_id).update(**times)
    task.task, task.args, task.enabled = TASK, json.dumps([schedule.pk]), schedule.enabled
    task.description = f"{schedule.project.slug}: {schedule.name}"
    task.save()  # which tells beat to read its rows again
    schedule.task = task


def take_down(schedule: Schedule) -> None:
    """The task goes with its times."""
    if schedule.task is not None:
        CrontabSchedule.objects.get(pk=schedule.task.crontab_id).delete()
        schedule.task = None
