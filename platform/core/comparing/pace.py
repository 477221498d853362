"""What a judgment takes here: a person's seconds, and what a model's call has cost."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.cache import cache
from django.db.models import Sum

from core.bulk import fetch
from core.models import Project, Stage
from core.runs.steps import all_steps

ASSUMED_SECONDS = 45.0
SECONDS_KEPT = 60
CALLS_A_PAIR = 2  # one in each order
SECONDS = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY COALESCE(active_ms, wall_ms)), count(COALESCE(active_ms, wall_ms))
  FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
 WHERE j.project_id = %s AND g.kind = 'human' AND j.live AND j.status = 'submitted'
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """The median seconds of n timed judgments; 45 s assumed where nobody has been timed."""

    seconds: float = ASSUMED_SECONDS
    n: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """What a judge call cost here, over the calls of all past stages that cost something; None where none did."""

    amount: Decimal | None = None
    calls: int = 0


def pace_of_people(project: Project) -> Pace:
    """Kept for a minute: it reads every judgment, and a plan is asked for again and again."""
    key = f"people-pace:{project.pk}"
    pace: Pace | None = cache.get(key)
    if pace is None:
        ((median, n),) = fetch(SECONDS, [project.pk])
        pace = Pace() if median is None else Pace(median / 1000, n)
        cache.set(key, pace, SECONDS_KEPT)
    return pace


def price_of_calls(project: Project) -> Price:
    """A judge takes each pair in both orders."""
    judges = [name for name, step in all_steps().items() if step.input_kind == "comparison"]
    stages = Stage.objects.filter(run__project=project, step__in=judges, cost__gt=0)
    seen = stages.aggregate(cost=Sum("cost"), done=Sum("done"), failed=Sum("failed"))
    calls = CALLS_A_PAIR * ((seen["done"] or 0) + (seen["failed"] or 0))
    return Price(seen["cost"] / calls, calls) if calls else Price()
