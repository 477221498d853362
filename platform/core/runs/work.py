"""Work on a stage: claim a shard, process it, save its outputs together with the mark that it is done."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F, Value
from django.db.models.functions import Concat, Left

from core.errors import PrefereeError
from core.models import Failure, Stage, StageState
from core.runs.course import equipped, settle, stop_stage, watch_cost
from core.runs.failures import partition, said, wait
from core.runs.leases import Kept, Lease, LeaseLost, claim, finish, kept, release, writing
from core.runs.steps import Context, Done, Failed, Outcome, PermanentError, Step, TransientError

SECONDS_A_VISIT = 30.0
DEATHS_BEFORE_SPLIT = 2

ADD_SHARD = """
INSERT INTO core_shard (stage_id, number, inputs, state, token, attempts, deaths, not_before, progress, done, failed)
SELECT %(stage)s, 1 + max(number), %(inputs)s, 'queued', 0, %(attempts)s, %(deaths)s,
       clock_timestamp() + %(after)s * interval '1 second', 0, 0, 0
  FROM core_shard WHERE stage_id = %(stage)s
"""
LONGEST_NOTE = 2_000


def visit(
    stage_id: int, *, seconds: float = SECONDS_A_VISIT, is_wanted_elsewhere: Callable[[], bool] = lambda: False
) -> bool:
    """Drain the stage for a while, then see where it stands; True where that ended before the shards did."""
    stage = Stage.objects.select_related("run__project", "run__created_by").filter(pk=stage_id).first()
    if stage is None or stage.state != StageState.RUNNING:
        return False
    try:
        step, context = equipped(stage)
    except PrefereeError as error:
        stop_stage(stage.pk, str(error))
        return False
    assert isinstance(step, Step), "a gate's stage is parked, never running"
    until = time.monotonic() + seconds
    while time.monotonic() < until and not is_wanted_elsewhere():
        lease = claim(stage.pk)
        if lease is None:
            settle(stage.pk)
            return False
        with kept(lease) as keeper:
            _work(Bench(stage, step, replace(context, reach=keeper.reach, check=keeper.check), keeper))
    return True


@dataclass(frozen=True, slots=True)
class Bench:
    """Where one shard is worked on: whose it is, what with, and the lease that is kept meanwhile."""

    stage: Stage
    step: Step
    context: Context
    kept: Kept

    @property
    def lease(self) -> Lease:
        return self.kept.lease


def _work(bench: Bench) -> None:
    """Whatever goes wrong stays with this shard; only a permanent error is the stage's."""
    with suppress(LeaseLost):
        try:
            _attempt(bench)
        except PermanentError as error:
            stop_stage(bench.stage.pk, said(error))
            release(bench.lease, after=0)


def _attempt(bench: Bench) -> None:
    lease = bench.lease
    if lease.deaths >= DEATHS_BEFORE_SPLIT:
        _isolate(bench, PrefereeError(f"A worker died on it {lease.deaths} times."))
        return
    try:
        _store(bench, _process(bench))
    except (LeaseLost, PermanentError):
        raise
    except TransientError as error:
        _store(bench, [Failed(one, error) for one in lease.inputs])
    except (OperationalError, InterfaceError) as error:  # the database's trouble is nobody's poison
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        again = TransientError(f"The database did not answer: {said(error)}")
        _store(bench, [Failed(one, again) for one in lease.inputs])
    except Exception as error:  # the edge: a defect of the step must not take the worker with it
        _isolate(bench, error)


def _process(bench: Bench) -> list[Outcome]:
    """An outcome for every input, those included that are no longer there."""
    inputs = bench.lease.inputs
    batch = bench.step.load(bench.context, inputs)
    outcomes = _awaited(bench.step.process(bench.context, batch))
    bench.kept.check()
    there = {outcome.input for outcome in outcomes}
    gone = PrefereeError("The input is no longer there.")
    return [*outcomes, *(Failed(one, gone) for one in inputs if one not in there)]


def _awaited(process: Coroutine[Any, Any, list[Outcome]]) -> list[Outcome]:
    """In a thread of its own where a loop runs in this one already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(process)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, process).result()


def _isolate(bench: Bench, error: Exception) -> None:
    """The batch fails as a whole: try its halves, until what is poisoned fails alone."""
    lease = bench.lease
    if len(lease.inputs) == 1:
        _store(bench, [Failed(lease.inputs[0], error)])
        return
    middle = len(lease.inputs) // 2
    with writing():
        finish(lease, [])
        for half in (lease.inputs[:middle], lease.inputs[middle:]):
            _add_shard(bench.stage, half, deaths=min(lease.deaths, 1))


def _store(bench: Bench, outcomes: Sequence[Outcome]) -> None:
    lease, stage = bench.lease, bench.stage
    done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    again, lost = partition(failed, lease.attempts)
    if len(again) == len(lease.inputs):
        release(lease, after=wait(lease.attempts, again))
        if any(each.tokens or each.cost for each in failed):
            _count(stage, [], failed, 0, "")
            watch_cost(stage.run_id)
        return
    with writing():
        note = bench.step.save(bench.context, [outcome.output for outcome in done]) or ""
        Failure.objects.bulk_create(
            [Failure(stage=stage, input=each.input, error=said(each.error)) for each in lost], ignore_conflicts=True
        )
        finish(lease, [each.input for each in done], len(lost))
        if again:
            inputs = [each.input for each in again]
            _add_shard(stage, inputs, attempts=lease.attempts, after=wait(lease.attempts, again))
        _count(stage, done, failed, len(lost), note)
    watch_cost(stage.run_id)


def _count(stage: Stage, done: Sequence[Done], failed: Sequence[Failed], lost: int, note: str) -> None:
    """Last in its transaction, because all who work on the stage meet on this row."""
    notes = "\n".join(filter(None, [*(each.note for each in done), note]))
    ended: list[Outcome] = [*done, *failed]
    noted = {"note": Left(Concat("note", Value(f"{notes}\n")), LONGEST_NOTE)} if notes else {}
    Stage.objects.filter(pk=stage.pk).update(
        done=F("done") + len(done),
        failed=F("failed") + lost,
        tokens=F("tokens") + sum(each.tokens for each in ended),
        cost=F("cost") + sum((each.cost for each in ended), Decimal(0)),
        **noted,
    )


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
