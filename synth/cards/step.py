"""The steps of a card: try the judge on gold, probes and injections; then work out the figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import Field

from core.errors import PrefereeError
from core.models import Judge, Project, Stage
from core.runs.steps import (
    PAGE_ONLY,
    Context,
    Destination,
    Done,
    Failed,
    Outcome,
    Step,
    StepConfig,
)
from synth.cards.gold import gold_named, gold_rows
from synth.cards.keeping import figure, keep_trials, kin_of, sees_alone, worked_out
from synth.cards.planning import planned, usable_tasks
from synth.cards.relabelling import CHANGED
from synth.cards.tasks import Task, tasks_of
from synth.cards.tried import Tried
from synth.cards.trying import trial_of
from synth.judges.items import items_of
from synth.judges.judging import judge_items, stop_for_good
from synth.judges.pinning import pin_judge
from synth.judges.preparing import Prepared, prepare
from synth.judges.registry import configuration_of, judge_named, label_of, pinned_target
from synth.judges.verdicts import Item, Judged, Unjudged
from synth.models import Card, Kind
from synth.targets import Target, destinations, endpoint_named, target_from, target_of

# A card and the figures of its trials
Figured = tuple[Card, dict[str, Any]]


class CardConfig(StepConfig):
    """Which judge, and on what."""

    judge: str = Field("", max_length=120, description="NAME of a model judge, or NAME@VERSION.")
    gold: str = Field(
        "", max_length=120, description="NAME@VERSION of a closed gold set; empty: the one that was closed last."
    )
    probed: int = Field(20, ge=0, le=1_000, description="Gold items on which each of the probes is tried.")
    injected: int = Field(10, ge=0, le=1_000, description="Gold items on which each of the ten injections is tried.")
    seed: int = Field(0, ge=0, lt=2**31, description="Draws the items for probes and injections.")
    pinned: Mapping[str, Any] | None = Field(
        None, description="The model as it was at the start.", json_schema_extra=PAGE_ONLY
    )


@dataclass(frozen=True, slots=True)
class Try:
    """A task with all that it needs; `item` None: it is withdrawn meanwhile."""

    task: Task
    item: Item | None
    judge: Prepared
    target: Target


class MakeCard(Step):
    """Every gold item is judged as any comparison is. Each probe is judged beside the best response of some items, each
    injection inside the losing response of some. Replies are stored, so a card that is made again pays for nothing
    twice; nothing of this becomes a judgment."""

    name: ClassVar[str] = "card"
    summary: ClassVar[str] = "Try a model judge on gold, probes and injections, for its card."
    Config: ClassVar[type[StepConfig]] = CardConfig
    remembers: ClassVar[bool] = False
    shard_size: ClassVar[int] = 200

    def plan(self, project: Project, config: CardConfig) -> dict[str, float]:
        judge = prepare(project, configuration_of(judge_named(project, config.judge)))
        return planned(project, judge, _likely_target(project, config), _tasks(project, config, judge)).plain

    def endpoints(self, project: Project, config: CardConfig) -> Sequence[Destination]:
        """None where there is no such judge or endpoint: such a run does not start, which is told elsewhere."""
        try:
            return destinations([_likely_target(project, config)])
        except PrefereeError:
            return ()

    def queue_for(self, project: Project, config: CardConfig) -> str:
        return "gpu" if _likely_target(project, config).kind == Kind.TRANSFORMERS else self.queue

    def pin(self, project: Project, config: CardConfig) -> CardConfig:
        """One version of the judge, of the gold set and of the model."""
        gold = gold_named(project, config.gold)
        judge, target = pin_judge(project, config.judge)
        named = {"judge": label_of(judge), "gold": f"{gold.name}@{gold.version}"}
        return config.model_copy(update={**named, "pinned": target.plain})

    def inputs(self, context: Context) -> Sequence[int]:
        config = context.config
        judge, gold = judge_named(context.project, config.judge), gold_named(context.project, config.gold)
        tasks = _tasks(context.project, config, prepare(context.project, configuration_of(judge)))
        options = {
            "from": "trials",
            "probed": config.probed,
            "injected": config.injected,
            "seed": config.seed,
            "family": kin_of(judge),
            "alone": sees_alone(judge),
            "model": target_from(config.pinned).author,
        }
        run = Stage.objects.select_related("run").get(pk=context.stage_id).run
        Card.objects.get_or_create(run=run, judge=judge, defaults={"gold_set": gold, "options": options})
        return [task.number for task in tasks]

    def load(self, context: Context, ids: Sequence[int]) -> list[Try]:
        config, wanted = context.config, set(ids)
        rows = gold_rows(gold_named(context.project, config.gold))
        tasks = [task for task in tasks_of(rows, config.probed, config.injected, config.seed) if task.number in wanted]
        items = {item.comparison: item for item in items_of(context.project, [task.gold.comparison for task in tasks])}
        judge = prepare(context.project, configuration_of(judge_named(context.project, config.judge)))
        target = target_from(config.pinned)
        return [Try(task, items.get(task.gold.comparison), judge, target) for task in tasks]

    async def process(self, context: Context, batch: Sequence[Try]) -> list[Outcome]:
        there = [(each, each.item) for each in batch if each.item is not None]
        gone = [Failed(each.task.number, _gone()) for each in batch if each.item is None]
        if not there:
            return [*gone]
        shown = [each.task.shown(item) for each, item in there]
        said = await judge_items(context.project, batch[0].target, batch[0].judge, shown)
        stop_for_good(said)
        return [*gone, *(_outcome(each.task, judged) for (each, _), judged in zip(there, said, strict=True))]

    def save(self, context: Context, outputs: Sequence[tuple[int, Tried]]) -> None:
        card = _card_of(context)
        keep_trials(card, outputs)
        if card.finished:  # what had failed was tried again after all
            figure(card, by=context.by)


class FigureCard(Step):
    """Reads all trials of the run's card and works its figures out; again is the same."""

    name: ClassVar[str] = "card_figures"
    summary: ClassVar[str] = "Work out the figures of the run's card from its trials."
    remembers: ClassVar[bool] = False
    costs: ClassVar[bool] = False
    offered: ClassVar[bool] = False

    def plan(self, project: Project, config: StepConfig) -> dict[str, float]:
        return {"cards": 1}

    def inputs(self, context: Context) -> Sequence[int]:
        return [_card_of(context).pk]

    def load(self, context: Context, ids: Sequence[int]) -> list[Figured]:
        return [(card, worked_out(card)) for card in Card.objects.filter(pk__in=ids)]  # one, that of the run

    async def process(self, context: Context, batch: Sequence[Figured]) -> list[Outcome]:
        return [Done(card.pk, (card, figures)) for card, figures in batch]

    def save(self, context: Context, outputs: Sequence[Figured]) -> None:
        for card, figures in outputs:
            if figure(card, figures, by=context.by):
                card.options = {**card.options, CHANGED: True}
                card.save(update_fields=["options"])


def _tasks(project: Project, config: CardConfig, judge: Prepared) -> list[Task]:
    gold = gold_named(project, config.gold)
    return usable_tasks(gold, judge, probed=config.probed, injected=config.injected, seed=config.seed)


def _likely_target(project: Project, config: CardConfig) -> Target:
    """What is pinned, else what the endpoint says now."""
    if config.pinned:
        return target_from(config.pinned)
    judge: Judge = judge_named(project, config.judge)
    return pinned_target(judge) or target_of(endpoint_named(project, configuration_of(judge).endpoint))


def _card_of(context: Context) -> Card:
    return Card.objects.get(run__stages=context.stage_id)


def _gone() -> PrefereeError:
    return PrefereeError("This gold item is withdrawn, so the judge was not tried on it.")


def _outcome(task: Task, judged: Judged | Unjudged) -> Outcome:
    if isinstance(judged, Unjudged):
        return Failed(task.number, judged.error, judged.tokens, judged.cost)
    seconds = sum(verdict.seconds for verdict in judged.verdicts)
    cost = float(judged.cost) if isinstance(judged.cost, Decimal) else None
    tried = trial_of(task, judged.verdicts, seconds=seconds, tokens=judged.tokens, cost=cost)
    return Done(task.number, (task.number, tried), judged.tokens, judged.cost)
