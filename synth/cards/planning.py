"""What a card will take, before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.errors import PrefereeError
from core.models import GoldSet, Project
from synth.cards.gold import gold_rows
from synth.cards.tasks import Task, tasks_of
from synth.costing import planned_cost
from synth.judges.items import items_of
from synth.judges.judging import method_of
from synth.judges.methods.questions import Question
from synth.judges.preparing import Prepared
from synth.targets import Target

LOOKED_AT = 20  # gold items whose requests are written out to see how long they are
USUAL_REPLY = 250  # tokens of a reply that explains its verdict, at most what the judge may write


@dataclass(frozen=True, slots=True)
class CardPlan:
    """`cost` is about what it costs if nothing of it was asked before."""

    gold: int
    probes: int
    injections: int
    replies: int
    cost: Decimal

    @property
    def plain(self) -> dict[str, float]:
        named = {"gold items": self.gold, "probe trials": self.probes, "injection trials": self.injections}
        return {**named, "calls": self.replies, "planned cost": float(self.cost)}


def usable_tasks(gold_set: GoldSet, probed: int, injected: int, seed: int) -> list[Task]:
    return [task for task in tasks_of(gold_rows(gold_set), probed, injected, seed) if task.gold.usable]


def planned(project: Project, judge: Prepared, target: Target, tasks: Sequence[Task]) -> CardPlan:
    """By the requests of some gold items, as if all were as long. Raises PrefereeError where nothing can be tried."""
    if not tasks:
        raise PrefereeError("No item of this gold set can be judged: those with an answer are withdrawn.")
    counts = {kind: sum(task.kind == kind for task in tasks) for kind in ("gold", "probe", "injection")}
    asked = _some_questions(project, judge, target, tasks)
    each = sum(map(len, asked)) / len(asked) if asked else 0
    flat = [question for questions in asked for question in questions]
    replies = round(each * len(tasks))
    characters = sum(len(message["content"]) for question in flat for message in question.request.messages)
    longest = max((question.request.sampling.max_tokens for question in flat), default=0)
    cost = planned_cost(target, round(characters / max(len(flat), 1) * replies), replies, min(longest, USUAL_REPLY))
    return CardPlan(counts["gold"], counts["probe"], counts["injection"], replies, cost)


def _some_questions(project: Project, judge: Prepared, target: Target, tasks: Sequence[Task]) -> list[list[Question]]:
    gold = [task.gold.comparison for task in tasks if task.kind == "gold"][:LOOKED_AT]
    found = []
    for item in items_of(project, gold):
        try:
            found.append(method_of(judge).questions(judge, target, item))
        except PrefereeError:  # an item that the method cannot take fails alone, when its turn comes
            continue
    return found
