"""Watch a run on the terminal: work on it here or beside the workers, and say how it ended."""

from typing import Any, Protocol

from django.core.management.base import CommandError

from core.models import Run, RunState, Stage, StageState
from core.progress import Progress
from core.runs.actions import run_here

NOT_OVER = 3


class Output(Protocol):
    def write(self, text: str) -> Any: ...


def watch(run: Run) -> Run:
    """Until it is over, paused or waits for people; with a progress bar a stage."""
    bar = _Bar()
    try:
        return run_here(run, lambda: bar.show(run))
    finally:
        bar.close()


def conclude(output: Output, run: Run) -> None:
    """Print what came of it. Raises CommandError with the run's sentence where it is not done."""
    stages = list(run.stages.order_by("number"))
    for stage in stages:
        for note in filter(None, stage.note.split("\n")):
            output.write(f"{stage.name}: {note}")
    if run.state == RunState.PARKED:
        raise CommandError(_parked(run, stages), returncode=NOT_OVER)
    if run.state == RunState.PAUSED:
        raise CommandError(run.error or f"The run {run.public} is paused.", returncode=NOT_OVER)
    if run.state != RunState.DONE:
        raise CommandError(run.error or f"The run was {run.state}.")
    for name in ("total", "done", "failed"):
        output.write(f"{name:>24}  {sum(getattr(stage, name) for stage in stages):,}")


def _parked(run: Run, stages: list[Stage]) -> str:
    waiting = sum(stage.total - stage.done for stage in stages if stage.state == StageState.PARKED)
    return (
        f"The run {run.public} waits for people; comparisons left: {waiting:,}. It goes on by itself where workers "
        f"run (manage.py serve); else: manage.py runs go-on {run.public}"
    )


class _Bar:
    """One bar at a time, for the stage that is at work."""

    def __init__(self) -> None:
        self.stage: int | None = None
        self._bar: Progress | None = None

    def show(self, run: Run) -> None:
        stage = run.stages.filter(state=StageState.RUNNING).order_by("number").first()
        if stage is None:
            return
        if stage.number != self.stage:
            self.close()
            self.stage = stage.number
            self._bar = Progress(stage.name, total=stage.total, unit="inputs")
            self._bar.__enter__()
        if self._bar is not None:
            self._bar.reach(stage.done + stage.failed)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None
