"""Work on a stage: claim a shard, process it, save its outputs together with the mark that it is done."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from core.errors import PrefereeError
from core.models import Failure, Stage, StageState
from core.runs.course import settle, stop_stage, watch_cost
from core.runs.failures import partition, said, wait
from core.runs.leases import Lease, LeaseLost, claim, finish, kept, release
from core.runs.steps import Context, Done, Failed, Outcome, PermanentError, Step, TransientError, configure, step_named

SECONDS_A_VISIT = 30.0
DEATHS_BEFORE_SPLIT = 2

ADD_SHARD = """
INSERT INTO core_shard (stage_id, number, inputs, state, token, attempts, deaths, not_before)
SELECT %(stage)s, 1 + max(number), %(inputs)s, 'queued', 0, %(attempts)s, %(deaths)s,
       clock_timestamp() + %(after)s * interval '1 second'
  FROM core_shard WHERE stage_id = %(stage)s
"""


def visit(stage_id: int, *, seconds: float = SECONDS_A_VISIT) -> bool:
    """Drain the stage for a while, then see where it stands; True where the time ran out before the shards did."""
    stage = Stage.objects.select_related("run__project").filter(pk=stage_id, state=StageState.RUNNING).first()
    if stage is None:
        return False
    try:
        step = step_named(stage.step)
        context = Context(stage.run.project, configure(step, stage.config), stage.pk)
    except PrefereeError as error:
        stop_stage(stage.pk, str(error))
        return False
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        lease = claim(stage.pk)
        if lease is None:
            settle(stage.pk)
            return False
        _work(stage, step, context, lease)
    return True


def _work(stage: Stage, step: Step, context: Context, lease: Lease) -> None:
    """Whatever goes wrong stays with this shard; only a permanent error is the stage's."""
    with suppress(LeaseLost):
        try:
            _attempt(stage, step, context, lease)
        except PermanentError as error:
            stop_stage(stage.pk, said(error))
            release(lease, after=0)


def _attempt(stage: Stage, step: Step, context: Context, lease: Lease) -> None:
    if lease.deaths >= DEATHS_BEFORE_SPLIT:
        _isolate(stage, step, context, lease, PrefereeError(f"A worker died on it {lease.deaths} times."))
        return
    try:
        _store(stage, step, context, lease, _process(step, context, lease))
    except (LeaseLost, PermanentError):
        raise
    except TransientError as error:
        _store(stage, step, context, lease, [Failed(one, error) for one in lease.inputs])
    except (OperationalError, InterfaceError) as error:  # the database's trouble is nobody's poison
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        again = TransientError(f"The database did not answer: {said(error)}")
        _store(stage, step, context, lease, [Failed(one, again) for one in lease.inputs])
    except Exception as error:  # the edge: a defect of the step must not take the worker with it
        _isolate(stage, step, context, lease, error)


def _process(step: Step, context: Context, lease: Lease) -> list[Outcome]:
    """An outcome for every input, those included that are no longer there."""
    with kept(lease) as lost:
        outcomes = asyncio.run(step.process(context, step.load(context, lease.inputs)))
    if lost.is_set():
        raise LeaseLost
    there = {outcome.input for outcome in outcomes}
    gone = PrefereeError("The input is no longer there.")
    return [*outcomes, *(Failed(one, gone) for one in lease.inputs if one not in there)]


def _isolate(stage: Stage, step: Step, context: Context, lease: Lease, error: Exception) -> None:
    """The batch fails as a whole: try its halves, until what is poisoned fails alone."""
    if len(lease.inputs) == 1:
        _store(stage, step, context, lease, [Failed(lease.inputs[0], error)])
        return
    middle = len(lease.inputs) // 2
    with transaction.atomic():
        finish(lease)
        for half in (lease.inputs[:middle], lease.inputs[middle:]):
            _add_shard(stage, half, deaths=min(lease.deaths, 1))


def _store(stage: Stage, step: Step, context: Context, lease: Lease, outcomes: Sequence[Outcome]) -> None:
    done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    again, lost = partition(failed, lease.attempts)
    if len(again) == len(lease.inputs):
        release(lease, after=wait(lease.attempts, again))
        return
    with transaction.atomic():
        finish(lease)
        step.save(context, [outcome.output for outcome in done])
        if again:
            inputs = [each.input for each in again]
            _add_shard(stage, inputs, attempts=lease.attempts, after=wait(lease.attempts, again))
        Failure.objects.bulk_create(
            [Failure(stage=stage, input=each.input, error=said(each.error)) for each in lost], ignore_conflicts=True
        )
        Stage.objects.filter(pk=stage.pk).update(
            done=F("done") + len(done),
            failed=F("failed") + len(lost),
            tokens=F("tokens") + sum(each.tokens for each in done),
            cost=F("cost") + sum((each.cost for each in done), Decimal(0)),
        )
    watch_cost(stage.run_id)


def _add_shard(stage: Stage, inputs: list[int], *, attempts: int = 0, deaths: int = 0, after: float = 0) -> None:
    Stage.objects.select_for_update().only("pk").get(pk=stage.pk)  # the next number is taken once
    named: dict[str, Any] = {
        "stage": stage.pk,
        "inputs": inputs,
        "attempts": attempts,
        "deaths": deaths,
        "after": after,
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_SHARD, named)
