"""The step `judge`: a model judges comparisons."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from pydantic import Field

from core.errors import PrefereeError
from core.models import Comparison, Project
from core.runs.steps import (
    PAGE_ONLY,
    Context,
    Destination,
    Done,
    Failed,
    InputKind,
    Outcome,
    Step,
    StepConfig,
)
from synth.judges.items import items_of
from synth.judges.judging import judge_items, stop_for_good
from synth.judges.pinning import pin_judge
from synth.judges.preparing import Prepared, prepare
from synth.judges.registry import configuration_of, judge_named, label_of
from synth.judges.saving import save_judged
from synth.judges.selection import estimated, fitting, nothing_to_judge, waiting
from synth.judges.verdicts import Item, Judged, Unjudged
from synth.models import Endpoint, Kind
from synth.targets import Target, destinations, endpoint_named, target_from, target_of

# What judges, whom it asks, and what about
Task = tuple[Prepared, Target, Item]


class JudgeConfig(StepConfig):
    """Who judges, and what."""

    judge: str = Field("", max_length=120, description="NAME of a model judge, or NAME@VERSION.")
    tags: list[str] = Field(default_factory=list, description="Only comparisons of prompts with one of these tags.")
    limit: int | None = Field(None, ge=1, le=1_000_000, description="No more than this many comparisons.")
    pinned: dict[str, Any] = Field(
        default_factory=dict, json_schema_extra=PAGE_ONLY, description="The model that it asks; a run's start sets it."
    )


class ModelJudge(Step):
    """Each comparison that this version of the judge has not judged. What it said once it is not asked again."""

    name: ClassVar[str] = "judge"
    summary: ClassVar[str] = "Let a model judge comparisons."
    Config: ClassVar[type[StepConfig]] = JudgeConfig
    shard_size: ClassVar[int] = 200
    remembers: ClassVar[bool] = False
    input_kind: ClassVar[InputKind] = "comparison"

    def plan(self, project: Project, config: JudgeConfig) -> dict[str, float]:
        judge = judge_named(project, config.judge)
        prepared, target = prepare(project, configuration_of(judge)), target_of(_endpoint(project, config))
        comparisons = fitting(project, prepared, config.tags)
        left = waiting(comparisons, judge)
        count, fits = left.count(), comparisons.count()
        if not fits:
            raise nothing_to_judge(project, prepared)
        wanted = min(count, config.limit or count)
        takes = estimated(project, prepared, target, left, wanted)
        return {
            "comparisons to judge": wanted,
            "judged already": fits - count,
            "calls": takes.calls,
            "tokens": takes.tokens,
            "planned cost": float(takes.cost),
        }

    def endpoints(self, project: Project, config: JudgeConfig) -> Sequence[Destination]:
        """None where there is no such judge or endpoint: such a run does not start, which is told elsewhere."""
        if not config.judge:
            return ()
        try:
            return destinations([target_from(config.pinned) if config.pinned else _endpoint(project, config)])
        except PrefereeError:
            return ()

    def queue_for(self, project: Project, config: JudgeConfig) -> str:
        return "gpu" if _endpoint(project, config).kind == Kind.TRANSFORMERS else self.queue

    def pin(self, project: Project, config: JudgeConfig) -> JudgeConfig:
        judge, target = pin_judge(project, config.judge)
        return config.model_copy(update={"judge": label_of(judge), "pinned": target.plain})

    def inputs(self, context: Context) -> QuerySet[Comparison] | list[int]:
        config, project = context.config, context.project
        judge = judge_named(project, config.judge)
        prepared = prepare(project, configuration_of(judge))
        comparisons = fitting(project, prepared, config.tags)
        if not comparisons.exists():
            raise nothing_to_judge(project, prepared)
        left = waiting(comparisons, judge)
        return left if config.limit is None else list(left.order_by("pk").values_list("pk", flat=True)[: config.limit])

    def load(self, context: Context, ids: Sequence[int]) -> list[Task]:
        project = context.project
        judge = prepare(project, configuration_of(judge_named(project, context.config.judge)))
        target = target_from(context.config.pinned)
        return [(judge, target, item) for item in items_of(project, ids)]

    async def process(self, context: Context, batch: Sequence[Task]) -> list[Outcome]:
        if not batch:
            return []
        judge, target, _ = batch[0]
        items = [item for _, _, item in batch]
        said = await judge_items(context.project, target, judge, items)
        stop_for_good(said)
        return [_outcome(item, each) for item, each in zip(items, said, strict=True)]

    def save(self, context: Context, outputs: Sequence[Judged]) -> None:
        save_judged(judge_named(context.project, context.config.judge), outputs)


def _endpoint(project: Project, config: JudgeConfig) -> Endpoint:
    return endpoint_named(project, configuration_of(judge_named(project, config.judge)).endpoint)


def _outcome(item: Item, said: Judged | Unjudged) -> Outcome:
    if isinstance(said, Judged):
        return Done(item.comparison, said, said.tokens, said.cost)
    return Failed(item.comparison, said.error, said.tokens, said.cost)
