"""The course of a run: open its stages one after the other, notice when one is through, stop where it must."""

import logging

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Sum
from django.utils import timezone

from core.errors import PrefereeError
from core.models import Run, RunState, Shard, Stage, StageState
from core.models.run import OVER
from core.runs.failures import said
from core.runs.planning import plan_stage
from core.runs.steps import Context, configure, step_named

log = logging.getLogger(__name__)


def ring(stage: Stage) -> None:
    """Tell the workers of the stage's queue to come and look. Lost messages cost time only: the sweep rings again."""
    if settings.CELERY_BROKER_URL:
        transaction.on_commit(lambda: _send(stage))


def _send(stage: Stage) -> None:
    from kombu.exceptions import OperationalError as BrokerAway

    from core.tasks import visit_stage

    try:
        visit_stage.apply_async([stage.pk], queue=stage.queue)
    except BrokerAway as error:
        log.warning("The broker does not answer, so nobody was told of stage %s: %s", stage.pk, error)


def open_stage(stage: Stage) -> None:
    """Plan the stage and ring; a stage without inputs is through at once. A stage that cannot be planned fails."""
    try:
        step = step_named(stage.step)
        planned = plan_stage(stage, step, Context(stage.run.project, configure(step, stage.config), stage.pk))
    except (OperationalError, InterfaceError):  # the database's trouble is not the stage's: the sweep tries again
        raise
    except PrefereeError as error:
        _fail(stage, said(error))
    except Exception as error:  # a sweep would otherwise meet it again and again
        _fail(stage, said(error))
        raise
    else:
        if planned:
            ring(stage)
            settle(stage.pk)


def settle(stage_id: int) -> None:
    """Close the stage if all its shards are done, and go on with the next one or end the run."""
    with transaction.atomic():
        stage = Stage.objects.select_for_update().get(pk=stage_id)
        if stage.state != StageState.RUNNING or Shard.objects.filter(stage=stage).exclude(state="done").exists():
            return
        if stage.failed > stage.tolerated * stage.total:
            share = f"{stage.failed:,} of {stage.total:,} inputs failed, more than the stage tolerates."
            _fail(stage, f"{share} Remove the cause that the failures name, then retry them.")
            return
        Stage.objects.filter(pk=stage.pk).update(state=StageState.DONE, finished=timezone.now())
    go_on(stage.run_id)


def go_on(run_id: int) -> None:
    """Open the next stage where none is open, or end the run after the last one. Twice is once."""
    run = Run.objects.get(pk=run_id)
    stages = list(Stage.objects.filter(run=run_id).select_related("run__project").order_by("number"))
    left = [stage for stage in stages if stage.state != StageState.DONE]
    if stages and not left:
        _end(run_id, RunState.DONE)
    elif run.state == RunState.RUNNING and left and all(stage.state == StageState.WAITING for stage in left):
        open_stage(left[0])


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
    with transaction.atomic():
        Stage.objects.filter(pk=stage.pk).update(state=StageState.FAILED, error=sentence, finished=timezone.now())
        _end(stage.run_id, RunState.FAILED, f"{stage.step}: {sentence}")


def _end(run_id: int, state: RunState, error: str = "") -> None:
    Run.objects.filter(pk=run_id).exclude(state__in=OVER).update(state=state, error=error, finished=timezone.now())
