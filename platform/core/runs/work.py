"""Work on a stage: claim a shard, process it, save its outputs together with the mark that it is done."""

import asyncio
import random
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from core.errors import PrefereeError
from core.models import Failure, Stage
from core.runs.course import settle, stop_stage, watch_cost
from core.runs.leases import Lease, LeaseLost, claim, finish, kept, release
from core.runs.steps import Context, Done, Failed, Outcome, PermanentError, Step, TransientError, configure, step_named

SECONDS_A_VISIT = 30.0
MOST_TRIES = 8
DEATHS_BEFORE_SPLIT = 2
LONGEST_WAIT = 300.0

ADD_SHARD = """
INSERT INTO core_shard (stage_id, number, inputs, state, token, attempts, deaths, not_before)
SELECT %(stage)s, 1 + max(number), %(inputs)s, 'queued', 0, %(attempts)s, %(deaths)s,
       clock_timestamp() + %(after)s * interval '1 second'
  FROM core_shard WHERE stage_id = %(stage)s
"""


def visit(stage_id: int, *, seconds: float = SECONDS_A_VISIT) -> bool:
    """Drain the stage for a while, then see where it stands; True where the time ran out before the shards did."""
    stage = Stage.objects.select_related("run__project").get(pk=stage_id)
    step = step_named(stage.step)
    context = Context(stage.run.project, configure(step, stage.config), stage.pk)
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
    try:
        if lease.deaths >= DEATHS_BEFORE_SPLIT:
            _isolate(stage, step, context, lease, ChildProcessError(f"A worker died on it {lease.deaths} times."))
            return
        try:
            outcomes = _process(step, context, lease)
        except TransientError as error:
            outcomes = [Failed(one, error) for one in lease.inputs]
        except (LeaseLost, PermanentError):
            raise
        except Exception as error:  # the edge: a defect of the step must not take the worker with it
            _isolate(stage, step, context, lease, error)
            return
        _store(stage, step, context, lease, outcomes)
    except LeaseLost:
        return
    except PermanentError as error:
        stop_stage(stage.pk, str(error))


def _process(step: Step, context: Context, lease: Lease) -> list[Outcome]:
    """An outcome for every input, those included that are no longer there."""
    with kept(lease) as lost:
        outcomes = asyncio.run(step.process(context, step.load(context, lease.inputs)))
    if lost.is_set():
        raise LeaseLost
    there = {outcome.input for outcome in outcomes}
    gone = LookupError("The input is no longer there.")
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
    again = [each for each in failed if isinstance(each.error, TransientError) and lease.attempts < MOST_TRIES]
    if len(again) == len(lease.inputs):
        release(lease, after=_wait(lease.attempts, again))
        return
    lost = [each for each in failed if each not in again]
    with transaction.atomic():
        finish(lease)
        step.save(context, [outcome.output for outcome in done])
        if again:
            inputs = [each.input for each in again]
            _add_shard(stage, inputs, attempts=lease.attempts, after=_wait(lease.attempts, again))
        Failure.objects.bulk_create(
            [Failure(stage=stage, input=each.input, error=_said(each.error)) for each in lost], ignore_conflicts=True
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


def _wait(attempts: int, failed: Sequence[Failed]) -> float:
    """Twice as long each time, with jitter, and never shorter than a server asked for; in seconds."""
    asked = max((getattr(each.error, "retry_after", None) or 0.0 for each in failed), default=0.0)
    backoff: float = min(LONGEST_WAIT, 2.0**attempts) * random.uniform(0.5, 1.0)  # noqa: S311
    return max(asked, backoff)


def _said(error: Exception) -> str:
    plain = isinstance(error, TransientError | LookupError | ChildProcessError | PrefereeError)
    return str(error) if plain else f"{type(error).__name__}: {error}"
