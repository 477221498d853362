"""The step `aggregate`: label every judged comparison by what stands now."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from pydantic import Field

from core.labels.majority import Sources
from core.labels.service import policy_name, refresh_labels
from core.models import Comparison, Judgment, Label, Project
from core.runs.steps import Context, Done, InputKind, Outcome, Step, StepConfig


class AggregateConfig(StepConfig):
    """Whose votes count."""

    sources: Sources = Field("people_first", description="People before machines, people only, or judges only.")


class Aggregate(Step):
    """Labels follow the judgments by strict majority; what has no majority is undecided. Labels of comparisons whose
    judgments are gone go too."""

    name: ClassVar[str] = "aggregate"
    summary: ClassVar[str] = "Label every judged comparison by what stands now."
    Config: ClassVar[type[StepConfig]] = AggregateConfig
    shard_size: ClassVar[int] = 5_000
    input_kind: ClassVar[InputKind] = "comparison"
    remembers: ClassVar[bool] = False
    costs: ClassVar[bool] = False

    def plan(self, project: Project, config: AggregateConfig) -> dict[str, float]:
        return {"comparisons to label": _judged(project, config).count()}

    def inputs(self, context: Context) -> QuerySet[Comparison]:
        return _judged(context.project, context.config)

    def load(self, context: Context, ids: Sequence[int]) -> list[int]:
        return list(ids)

    async def process(self, context: Context, batch: Sequence[int]) -> list[Outcome]:
        return [Done(one, one) for one in batch]

    def save(self, context: Context, outputs: Sequence[int]) -> None:
        refresh_labels(outputs, context.config.sources, judged=False)


def _judged(project: Project, config: Any) -> QuerySet[Comparison]:
    """Those that have a judgment, or a label that may have to go."""
    of_this = {"comparison": OuterRef("pk")}
    labels = Label.objects.filter(**of_this, policy=policy_name(config.sources))
    judged = Q(Exists(Judgment.objects.filter(**of_this))) | Q(Exists(labels))
    return Comparison.objects.filter(judged, project=project, k__gt=1)
