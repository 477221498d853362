"""How a run stands, as its page tells it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from core.models import Run, Stage
from core.runs.standing import equal_failures, standing_of, throughput_of
from tests.factories import FailureFactory, RunFactory, ShardFactory, StageFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return timezone.now() - timedelta(seconds=seconds)


def running(**fields: Any) -> Stage:
    run = RunFactory(state="running", started=ago(600))
    return StageFactory(run=run, number=1, state="running", started=ago(600), **fields)


def only(run: Run) -> Any:
    (stage,) = standing_of(run).stages
    return stage


def test_the_rate_is_that_of_the_last_minute() -> None:
    stage = running(total=1_000, done=660)
    ShardFactory(stage=stage, state="done", done=600, finished=ago(300))
    ShardFactory(stage=stage, state="done", done=55, failed=5, finished=ago(10))
    pace = only(stage.run).pace
    assert pace.rate == pytest.approx(1.0)
    assert pace.left == pytest.approx(340)


def test_what_a_worker_has_in_hand_moves_the_bar() -> None:
    stage = running(total=200, done=100)
    ShardFactory(stage=stage, state="leased", lease_until=ago(-60), inputs=list(range(100)), progress=0.5)
    assert only(stage.run).far == 150
    assert only(stage.run).through == 100


@pytest.mark.parametrize(
    ("run", "stage", "reason"),
    [
        ("running", "waiting", "It has not begun."),
        ("parked", "parked", "It takes as long as people do."),
        ("paused", "running", "The run is paused."),
        ("cancelled", "running", "The run is cancelled."),
        ("running", "running", "Nothing is finished yet."),
    ],
)
def test_a_time_that_nobody_knows_has_a_reason(run: str, stage: str, reason: str) -> None:
    made = StageFactory(run=RunFactory(state=run), state=stage, total=5, started=ago(90))
    assert only(made.run).pace.left is None
    assert only(made.run).pace.reason == reason


def test_what_a_stage_waits_for_is_told_where_it_is_not_simply_the_one_above() -> None:
    run = RunFactory()
    for number, after in ((1, []), (2, [1]), (3, []), (4, [1, 2])):
        StageFactory(run=run, number=number, name=f"s{number}", after=after)
    assert [list(each.after) for each in standing_of(run).stages] == [[], [], ["nothing"], ["s1", "s2"]]


def test_sums_are_over_all_stages() -> None:
    run = RunFactory(state="parked")
    StageFactory(run=run, total=10, done=7, failed=3, cost=Decimal("1.25"), state="done")
    StageFactory(run=run, total=9, done=5, cost=Decimal("0.25"), state="parked")
    standing = standing_of(run)
    assert (standing.failed, standing.cost, standing.waits_for_people) == (3, Decimal("1.5"), 4)


def test_nobody_works_on_a_stage_whose_shards_wait_for_long() -> None:
    stage = running(total=1)
    shard = ShardFactory(stage=stage)
    assert standing_of(stage.run).is_idle
    shard.state, shard.lease_until = "leased", ago(-60)
    shard.save()
    assert not standing_of(stage.run).is_idle


def test_a_shard_that_waits_for_its_next_try_is_no_idleness() -> None:
    stage = running(total=1)
    ShardFactory(stage=stage, not_before=ago(-60))
    assert not standing_of(stage.run).is_idle


def test_it_takes_two_statements_whatever_the_number_of_stages(django_assert_num_queries: Any) -> None:
    run = RunFactory()
    StageFactory.create_batch(6, run=run)
    with django_assert_num_queries(2):
        standing_of(run)


def finished(run: Run, *seconds: float) -> None:
    stage = StageFactory(run=run, total=len(seconds), done=len(seconds))
    for each in seconds:
        ShardFactory(stage=stage, state="done", done=1, finished=NOON + timedelta(seconds=each))


def test_throughput_is_summed_over_stages_in_buckets_of_time() -> None:
    run = RunFactory(state="done", started=NOON, finished=NOON + timedelta(seconds=10))
    finished(run, 0.1, 0.9, 4.5)
    finished(run, 4.9)
    points = [(point.start, point.seconds, point.inputs) for point in throughput_of(run)]
    assert points == [(NOON, 1, 2), (NOON + timedelta(seconds=4), 1, 2)]


def test_a_bucket_that_has_not_ended_is_left_out_while_the_run_goes() -> None:
    run = RunFactory(state="running", started=ago(3_600))
    stage = StageFactory(run=run, total=2, done=2)
    ShardFactory(stage=stage, state="done", done=1, finished=ago(600))
    ShardFactory(stage=stage, state="done", done=1, finished=ago(-60))
    assert len(throughput_of(run)) == 1
    run.state, run.finished = "done", timezone.now()
    assert len(throughput_of(run)) == 2


def test_a_run_that_has_not_begun_has_no_throughput() -> None:
    assert throughput_of(RunFactory()) == []


def test_equal_failures_are_counted_together_the_most_frequent_first() -> None:
    run = RunFactory()
    stage, other = StageFactory.create_batch(2, run=run)
    FailureFactory(stage=stage, input=5, error="rare")
    FailureFactory.create_batch(2, stage=stage, error="frequent")
    FailureFactory(stage=other, input=7, error="rare")
    FailureFactory(error="of another run")
    groups = [(each.error, each.stage, each.count) for each in equal_failures(run)]
    assert groups == [("frequent", stage.name, 2), ("rare", stage.name, 1), ("rare", other.name, 1)]
