"""How a run stands: each stage with what is done, its pace and its cost, in two statements whatever the stages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from core.bulk import fetch
from core.charts.throughput import Point
from core.charts.times import bucket_seconds
from core.models import Run, RunState, Stage, StageState
from core.runs.pace import WINDOW, Pace, pace

MOST_GROUPS = 10
SECONDS_UNTIL_IDLE = 20.0
ALONE = "It has one input."

# By the database's clock alone, which also wrote the times of the shards.
COUNTED = """
SELECT g.id, extract(epoch FROM COALESCE(g.finished, clock_timestamp()) - g.started)::float,
       COALESCE(sum(s.done + s.failed) FILTER (WHERE s.finished > clock_timestamp() - %(window)s * interval '1 s'), 0),
       COALESCE(sum(s.progress * cardinality(s.inputs)) FILTER (WHERE s.state = 'leased'), 0),
       COALESCE(bool_or(s.state = 'queued' AND COALESCE(s.not_before <= clock_timestamp(), true)), false)
       AND NOT COALESCE(bool_or(s.state = 'leased' AND s.lease_until >= clock_timestamp()), false)
  FROM core_stage g LEFT JOIN core_shard s ON s.stage_id = g.id AND g.state = 'running'
 WHERE g.run_id = %(run)s GROUP BY g.id
"""
# A bucket that has not ended would look like a slower one.
FINISHED = """
SELECT start, inputs
  FROM (SELECT floor(extract(epoch FROM s.finished) / %(seconds)s)::bigint * %(seconds)s AS start,
               sum(s.done + s.failed) AS inputs
          FROM core_shard s JOIN core_stage g ON g.id = s.stage_id
         WHERE g.run_id = %(run)s AND s.finished IS NOT NULL GROUP BY 1) bucket
 WHERE inputs > 0 AND (%(over)s OR to_timestamp(start + %(seconds)s) <= clock_timestamp()) ORDER BY start
"""
FAILED = """
SELECT g.name, g.number, f.error, count(*), min(f.input), max(f.at)
  FROM core_failure f JOIN core_stage g ON g.id = f.stage_id
 WHERE g.run_id = %(run)s GROUP BY g.number, g.name, f.error ORDER BY 4 DESC, 2, 3 LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class StageStanding:
    """`far` is how many inputs are through, those included that a worker says it has in hand; `age` in seconds.

    `idle`: there is something to claim, and nobody has claimed or finished anything for a while.
    """

    stage: Stage
    far: float
    age: float | None
    pace: Pace
    idle: bool
    after: Sequence[str]

    @property
    def notes(self) -> list[str]:
        return [note for note in self.stage.note.split("\n") if note]

    @property
    def through(self) -> int:
        return self.stage.done + self.stage.failed

    @property
    def waiting(self) -> int:
        """Inputs that nobody has done."""
        return self.stage.total - self.through


@dataclass(frozen=True, slots=True)
class Standing:
    """The run with its stages in order."""

    run: Run
    stages: Sequence[StageStanding]

    @property
    def seconds(self) -> float | None:
        """How long it took, or takes until now."""
        begun, end = self.run.started, self.run.finished or timezone.now()
        return (end - begun).total_seconds() if begun else None

    @property
    def failed(self) -> int:
        return sum(each.stage.failed for each in self.stages)

    @property
    def cost(self) -> Decimal:
        return sum((each.stage.cost for each in self.stages), Decimal(0))

    @property
    def is_spent(self) -> bool:
        """Paused, and only with a higher limit of its cost could it go on."""
        return self.run.state == RunState.PAUSED and self.run.max_cost is not None and self.cost >= self.run.max_cost

    @property
    def waits_for_people(self) -> int:
        return sum(each.waiting for each in self.stages if each.stage.state == StageState.PARKED)

    @property
    def is_idle(self) -> bool:
        """Whether a stage could be worked on, and nobody does."""
        return self.run.state == RunState.RUNNING and any(each.idle for each in self.stages)

    @property
    def can_retry(self) -> bool:
        return bool(self.failed) or any(each.stage.state == StageState.FAILED for each in self.stages)


@dataclass(frozen=True, slots=True)
class EqualFailures:
    """Inputs of a stage that failed with the same words; one of them as an example."""

    stage: str
    number: int
    error: str
    count: int
    example: int
    last: datetime


def standing_of(run: Run) -> Standing:
    stages = list(Stage.objects.filter(run=run).order_by("number"))
    counted = {pk: rest for pk, *rest in fetch(COUNTED, {"run": run.pk, "window": WINDOW})}
    names = {stage.number: stage.name for stage in stages}
    return Standing(run, [_stage(run, stage, counted[stage.pk], names) for stage in stages if stage.pk in counted])


def _stage(run: Run, stage: Stage, counted: Sequence[Any], names: dict[int, str]) -> StageStanding:
    age, recent, in_hand, unclaimed = counted
    far = min(float(stage.total), stage.done + stage.failed + float(in_hand))
    idle = unclaimed and not recent and (age or 0) > SECONDS_UNTIL_IDLE
    return StageStanding(stage, far, age, _pace(run, stage, age, float(recent), far), idle, _after(stage, names))


def _pace(run: Run, stage: Stage, age: float | None, recent: float, far: float) -> Pace:
    if stage.state == StageState.WAITING or age is None:
        return Pace(reason="It has not begun.")
    if stage.state == StageState.PARKED:
        return Pace(reason="It takes as long as people do.")
    if stage.state != StageState.RUNNING:
        return Pace(far / age if far > 1 and age else None, reason="It is over." if far > 1 else ALONE)
    if run.state != RunState.RUNNING:
        return Pace(reason=f"The run is {run.get_state_display().lower()}.")
    found = pace(recent=recent, far=far, total=stage.total, age=age)
    return replace(found, rate=None, reason=ALONE) if found.rate and stage.total == 1 else found


def _after(stage: Stage, names: dict[int, str]) -> list[str]:
    """What it waits for, where that is not simply the stage above."""
    above = [stage.number - 1] if stage.number > 1 else []
    return [] if stage.after == above else [names.get(number, "") for number in stage.after] or ["nothing"]


def throughput_of(run: Run) -> list[Point]:
    """Inputs that were finished in buckets of time; without the last bucket while it is not over."""
    if run.started is None:
        return []
    seconds = bucket_seconds(((run.finished or timezone.now()) - run.started).total_seconds())
    rows = fetch(FINISHED, {"run": run.pk, "seconds": seconds, "over": run.is_over})
    return [Point(datetime.fromtimestamp(start, UTC), seconds, int(inputs)) for start, inputs in rows]


def equal_failures(run: Run) -> list[EqualFailures]:
    """The most frequent first."""
    return [EqualFailures(*row) for row in fetch(FAILED, {"run": run.pk, "most": MOST_GROUPS})]
