"""The step `relabel`: the labels of what judges said follow whether these are barred."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from pydantic import Field

from core.models import Comparison, Judge, Judgment, Project
from core.runs.steps import PAGE_ONLY, Context, Done, InputKind, Outcome, Step, StepConfig
from synth.cards.barring import relabel
from synth.models import Card

CHANGED = "changed"  # in a card's options: whether the judge was barred by it, or is no more


class RelabelConfig(StepConfig):
    """Whose comparisons."""

    judges: list[UUID] = Field(
        default_factory=list,
        description="Their public ids; empty: the judge of this run's card, where that changed its standing.",
        json_schema_extra=PAGE_ONLY,
    )


class Relabel(Step):
    """Labels leave out what barred judges said, and take it in again when they are barred no more."""

    name: ClassVar[str] = "relabel"
    summary: ClassVar[str] = "Refresh the labels of what judges said whose standing has changed."
    Config: ClassVar[type[StepConfig]] = RelabelConfig
    remembers: ClassVar[bool] = False
    costs: ClassVar[bool] = False
    offered: ClassVar[bool] = False
    input_kind: ClassVar[InputKind] = "comparison"
    shard_size: ClassVar[int] = 2_000

    def plan(self, project: Project, config: RelabelConfig) -> dict[str, float]:
        judges = Judge.objects.filter(project=project, public__in=config.judges)
        return {"comparisons to label": _judged_by(project, judges).count()} if config.judges else {}

    def inputs(self, context: Context) -> "QuerySet[Comparison]":
        of_card = Card.objects.filter(run__stages=context.stage_id, **{f"options__{CHANGED}": True}).values("judge")
        judges = Judge.objects.filter(project=context.project)
        wanted = (
            judges.filter(public__in=context.config.judges) if context.config.judges else judges.filter(pk__in=of_card)
        )
        return _judged_by(context.project, wanted)

    def load(self, context: Context, ids: Sequence[int]) -> list[int]:
        return list(ids)

    async def process(self, context: Context, batch: Sequence[int]) -> list[Outcome]:
        return [Done(one, one) for one in batch]

    def save(self, context: Context, outputs: Sequence[int]) -> None:
        relabel(outputs)


def _judged_by(project: Project, judges: "QuerySet[Judge]") -> "QuerySet[Comparison]":
    """Read by the judge, never the whole table: only machines are barred, so `person` is none."""
    said = Judgment.objects.filter(judge__in=list(judges.values_list("pk", flat=True)), live=True, person=None)
    return Comparison.objects.filter(pk__in=said.values("comparison"), project=project)
