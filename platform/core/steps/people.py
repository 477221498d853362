"""The step `people`: wait until people have judged."""

from typing import ClassVar

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from pydantic import Field

from core.bulk import fetch
from core.models import Comparison, Judgment, Project
from core.runs.steps import Context, Gate, InputKind, StepConfig

WAITING = """
SELECT count(*) FROM (SELECT unnest(inputs) AS id FROM core_shard WHERE stage_id = %(stage)s) input
  JOIN core_comparison c ON c.id = input.id
 WHERE c.withdrawn IS NULL
   AND (SELECT count(DISTINCT j.judge_id) FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
         WHERE j.comparison_id = c.id AND g.kind = 'human' AND j.live AND j.status = 'submitted'
           AND g.withdrawn IS NULL)
       < COALESCE(%(votes)s, c.votes_wanted)
"""


class PeopleConfig(StepConfig):
    """How many people each comparison should have, and of how many comparisons."""

    votes: int | None = Field(None, ge=1, le=100, description="People a comparison; what it wants if unset.")
    share: float = Field(1.0, gt=0, le=1, description="Share of the comparisons after which the run goes on.")


class People(Gate):
    """The run is parked until people have judged the comparisons that wait for them now. It holds no worker meanwhile,
    and goes on by itself."""

    name: ClassVar[str] = "people"
    summary: ClassVar[str] = "Wait until people have judged."
    Config: ClassVar[type[StepConfig]] = PeopleConfig
    shard_size: ClassVar[int] = 5_000
    input_kind: ClassVar[InputKind] = "comparison"
    remembers: ClassVar[bool] = False
    costs: ClassVar[bool] = False

    def plan(self, project: Project, config: PeopleConfig) -> dict[str, float]:
        return {"comparisons to wait for": wanting(project, config.votes).count()}

    def inputs(self, context: Context) -> QuerySet[Comparison]:
        return wanting(context.project, context.config.votes)

    def waiting(self, context: Context) -> int:
        ((count,),) = fetch(WAITING, {"stage": context.stage_id, "votes": context.config.votes})
        return int(count)

    def is_open(self, context: Context, waiting: int, total: int) -> bool:
        config: PeopleConfig = context.config
        return total - waiting >= config.share * total


def wanting(project: Project, votes: int | None) -> QuerySet[Comparison]:
    """Those that fewer people than that many have judged; fewer than each wants where it is None."""
    by_people = Judgment.objects.filter(comparison=OuterRef("pk"), judge__kind="human", live=True, status="submitted")
    by_people = by_people.filter(judge__withdrawn=None)
    judges = by_people.order_by().values("comparison").annotate(n=Count("judge", distinct=True)).values("n")
    wanted = F("votes_wanted") if votes is None else Value(votes)
    judged = Comparison.objects.filter(project=project, withdrawn=None).annotate(judged=Coalesce(Subquery(judges), 0))
    return judged.filter(judged__lt=wanted)
