"""The course of a run: open its stages one after the other, notice when one is through, stop where it must."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Now

from core.bulk import fetch
from core.errors import PrefereeError
from core.models import Run, RunState, Shard, ShardState, Stage, StageState
from core.models.run import OVER
from core.runs.budget import pause_beyond
from core.runs.failures import said
from core.runs.inside import refusal
from core.runs.planning import plan_stage
from core.runs.steps import AnyStep, Context, Gate, configure, step_named
from core.signals import run_ended

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


def equipped(stage: Stage) -> tuple[AnyStep, Context]:
    """What the stage works with.

    Raises PrefereeError where this installation no longer has it, or the project's text would leave the house.
    """
    step = step_named(stage.step)
    config = configure(step, stage.config)
    if sentence := refusal(stage.run.project, [(stage.name, step, config)]):
        raise PrefereeError(sentence)
    return step, Context(stage.run.project, config, stage.pk, stage.run.created_by)


@contextmanager
def failing(stage: Stage) -> Iterator[None]:
    """What goes wrong in the block fails the stage, with its sentence; a defect is reported all the same."""
    try:
        yield
    except (OperationalError, InterfaceError):  # the database's trouble is not the stage's: the sweep tries again
        raise
    except PrefereeError as error:
        _fail(stage, said(error))
    except Exception as error:  # a sweep would otherwise meet it again and again
        _fail(stage, said(error))
        raise


def open_stage(stage: Stage) -> None:
    """Plan the stage and ring; a stage without inputs is through at once. A stage that cannot be planned fails."""
    planned = False
    with failing(stage):
        planned = plan_stage(stage, *equipped(stage))
    if planned:
        ring(stage)
        settle(stage.pk)


def settle(stage_id: int) -> None:
    """Close the stage if all its shards are done, and go on with the next ones or end the run."""
    stage = Stage.objects.select_related("run__project", "run__created_by").get(pk=stage_id)
    if stage.state == StageState.PARKED and not _lets_through(stage):
        return
    with transaction.atomic():
        stage = Stage.objects.select_for_update().get(pk=stage_id)
        if stage.state not in (StageState.RUNNING, StageState.PARKED):
            return
        if stage.state == StageState.RUNNING and _open_shards(stage).exists():
            return
        if stage.failed > stage.tolerated * stage.total:
            share = f"{stage.failed:,} of {stage.total:,} inputs failed, more than the stage tolerates."
            _fail(stage, f"{share} Remove the cause that the failures name, then retry them.")
            return
        _open_shards(stage).update(state=ShardState.DONE)
        Stage.objects.filter(pk=stage.pk).update(state=StageState.DONE, finished=Now())
    go_on(stage.run_id)


def _open_shards(stage: Stage) -> QuerySet[Shard]:
    return Shard.objects.filter(stage=stage).exclude(state=ShardState.DONE)


def _lets_through(stage: Stage) -> bool:
    """Count what people have done at this gate; whether the run may go on."""
    with failing(stage):
        gate, context = equipped(stage)
        assert isinstance(gate, Gate), "only a gate parks"
        waiting = gate.waiting(context)
        Stage.objects.filter(pk=stage.pk).update(done=stage.total - waiting)
        return gate.is_open(context, waiting, stage.total)
    return False


def go_on(run_id: int) -> None:
    """Open every stage whose turn it is, park the run where only people can go on, end it at its end. Twice is once."""
    run = Run.objects.get(pk=run_id)
    stages = list(Stage.objects.filter(run=run_id).select_related("run__project", "run__created_by").order_by("number"))
    done = {stage.number for stage in stages if stage.state == StageState.DONE}
    if stages and len(done) == len(stages):
        _end(run_id, RunState.DONE)
    elif run.state in (RunState.RUNNING, RunState.PARKED):
        for stage in stages:
            if stage.state == StageState.WAITING and done.issuperset(stage.after):
                open_stage(stage)
        _park_or_not(run_id)


PARK = """
UPDATE core_run r SET state = CASE WHEN going THEN 'running' ELSE 'parked' END
  FROM (SELECT COALESCE(bool_or(state = 'running'), false) AS going,
               COALESCE(bool_or(state = 'parked'), false) AS parked FROM core_stage WHERE run_id = %(run)s) stage
 WHERE r.id = %(run)s AND (r.state = 'running' AND parked AND NOT going OR r.state = 'parked' AND going)
RETURNING going
"""


def _park_or_not(run_id: int) -> None:
    """A run is parked while nothing of it goes but a gate; it runs again when something does."""
    if any(going for (going,) in fetch(PARK, {"run": run_id})):
        for stage in Stage.objects.filter(run=run_id, state=StageState.RUNNING):
            ring(stage)


def stop_stage(stage_id: int, sentence: str) -> None:
    """A permanent error: the stage ends, and the run with it, until a person has done what the sentence says."""
    with transaction.atomic():
        stage = Stage.objects.select_for_update().get(pk=stage_id)
        if stage.state == StageState.RUNNING:
            _fail(stage, sentence)


def watch_cost(run_id: int) -> None:
    """Pause the run where it has cost what it may, or all runs of the project have together."""
    run = Run.objects.select_related("project").get(pk=run_id)
    if pause_beyond(run) or run.max_cost is None:
        return
    spent = Stage.objects.filter(run=run_id).aggregate(spent=Sum("cost"))["spent"]
    if spent >= run.max_cost:
        sentence = f"The run has cost {spent:.2f}, and may cost {run.max_cost:.2f}. Raise the limit to go on."
        Run.objects.filter(pk=run_id, state=RunState.RUNNING).update(state=RunState.PAUSED, error=sentence)


def fail_run(run_id: int, sentence: str) -> None:
    """The run as a whole cannot be done; the sentence says why."""
    _end(run_id, RunState.FAILED, sentence)


def _fail(stage: Stage, sentence: str) -> None:
    with transaction.atomic():
        Stage.objects.filter(pk=stage.pk).update(state=StageState.FAILED, error=sentence, finished=Now())
        _end(stage.run_id, RunState.FAILED, f"{stage.name}: {sentence}")


def _end(run_id: int, state: RunState, error: str = "") -> None:
    ended = Run.objects.filter(pk=run_id).exclude(state__in=OVER).update(state=state, error=error, finished=Now())
    if ended:
        # Robust: what a listener does wrong is logged, and does not stop the worker that ended the run.
        transaction.on_commit(lambda: run_ended.send(Run, run_id=run_id), robust=True)
