"""The course of a run: open its stages one after the other, notice when one is through, stop where it must."""

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from core.errors import PrefereeError
from core.models import Run, RunState, Shard, Stage, StageState
from core.runs.planning import plan_stage
from core.runs.steps import Context, configure, step_named


def ring(stage: Stage) -> None:
    """Tell the workers of the stage's queue to come and look. Lost messages cost time only: the sweep rings again."""
    if settings.CELERY_BROKER_URL:
        from core.tasks import visit_stage

        transaction.on_commit(lambda: visit_stage.apply_async([stage.pk], queue=stage.queue))


def open_stage(stage: Stage) -> None:
    """Plan the stage and ring; a stage without inputs is through at once."""
    step = step_named(stage.step)
    try:
        planned = plan_stage(stage, step, Context(stage.run.project, configure(step, stage.config), stage.pk))
    except PrefereeError as error:
        _fail(stage, str(error))
    else:
        if planned:
            ring(stage)
            settle(stage.pk)


def settle(stage_id: int) -> None:
    """Close the stage if all its shards are done, and go on with the next one or end the run."""
    with transaction.atomic():
        stage = Stage.objects.select_for_update().select_related("run__project").get(pk=stage_id)
        if stage.state != StageState.RUNNING or Shard.objects.filter(stage=stage).exclude(state="done").exists():
            return
        if stage.failed > stage.tolerated * stage.total:
            sentence = f"{stage.failed:,} of {stage.total:,} inputs failed, more than the stage tolerates."
            _fail(stage, sentence)
            return
        Stage.objects.filter(pk=stage.pk).update(state=StageState.DONE, finished=timezone.now())
    following = Stage.objects.filter(run=stage.run_id, number__gt=stage.number).select_related("run__project")
    if (after := following.order_by("number").first()) is not None:
        open_stage(after)
    else:
        _end(stage.run_id, RunState.DONE)


def stop_stage(stage_id: int, sentence: str) -> None:
    """A permanent error: the stage ends, and the run with it, until a person has done what the sentence says."""
    with transaction.atomic():
        stage = Stage.objects.select_for_update().get(pk=stage_id)
        if stage.state == StageState.RUNNING:
            _fail(stage, sentence)


def watch_cost(run_id: int) -> None:
    """Pause the run where it has cost what it may."""
    run = Run.objects.only("max_cost").get(pk=run_id)
    if run.max_cost is None:
        return
    spent = Stage.objects.filter(run=run_id).aggregate(spent=Sum("cost"))["spent"]
    if spent >= run.max_cost:
        sentence = f"The run has cost {spent:.2f}, and may cost {run.max_cost:.2f}. Raise the limit to go on."
        Run.objects.filter(pk=run_id, state=RunState.RUNNING).update(state=RunState.PAUSED, error=sentence)


def _fail(stage: Stage, sentence: str) -> None:
    Stage.objects.filter(pk=stage.pk).update(state=StageState.FAILED, error=sentence, finished=timezone.now())
    _end(stage.run_id, RunState.FAILED, f"{stage.step}: {sentence}")


def _end(run_id: int, state: RunState, error: str = "") -> None:
    going = Run.objects.filter(pk=run_id).exclude(state=RunState.CANCELLED)
    going.update(state=state, error=error, finished=timezone.now())
