"""What follows when a run ends: the one that waited for it begins, and people are told if it failed."""

from typing import Any

from core.models import Run, RunState
from core.models.run import GOING
from core.runs.starting import begin_run
from core.schedules.telling import tell_all
from core.signals import run_ended


def listen() -> None:
    run_ended.connect(_ended, dispatch_uid="core.schedules")


def _ended(run_id: int, **_: Any) -> None:
    run = Run.objects.get(pk=run_id)
    if run.schedule_id is None:
        return
    going = Run.objects.filter(schedule=run.schedule_id, state__in=GOING)
    following = going.filter(state=RunState.QUEUED).order_by("pk").first()
    if following and not going.exclude(state=RunState.QUEUED).exists():
        begin_run(following)
    if run.state == RunState.FAILED:
        tell_all()
