"""What a card will take, before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.errors import PrefereeError
from core.models import GoldSet, Project
from synth.cards.gold import gold_rows
from synth.cards.tasks import Task, tasks_of
from synth.judges.preparing import Prepared
from synth.judges.selection import estimated, fitting
from synth.targets import Target


@dataclass(frozen=True, slots=True)
class CardPlan:
    """`cost` is about what it costs if nothing of it was asked before."""

    gold: int
    probes: int
    injections: int
    calls: int
    cost: Decimal

    @property
    def plain(self) -> dict[str, float]:
        named = {"gold items": self.gold, "probe trials": self.probes, "injection trials": self.injections}
        return {**named, "calls": self.calls, "planned cost": float(self.cost)}


def usable_tasks(gold_set: GoldSet, judge: Prepared, *, probed: int, injected: int, seed: int) -> list[Task]:
    """Those on comparisons that are not withdrawn and that the judge's method can take. Raises PrefereeError where none
    is left."""
    rows = gold_rows(gold_set)
    tasks = [task for task in tasks_of(rows, probed, injected, seed) if task.gold.usable]
    asked = fitting(gold_set.project, judge, []).filter(pk__in=[row.comparison for row in rows])
    fits = set(asked.values_list("pk", flat=True))
    found = [task for task in tasks if task.gold.comparison in fits]
    if not found:
        raise PrefereeError(
            f"{gold_set} holds nothing to try this judge on: its items are withdrawn, or no comparisons that a "
            f"{judge.configuration.method} judge takes."
        )
    return found


def planned(project: Project, judge: Prepared, target: Target, tasks: Sequence[Task]) -> CardPlan:
    """By the requests of some gold items, as if all trials were as long."""
    counts = {kind: sum(task.kind == kind for task in tasks) for kind in ("gold", "probe", "injection")}
    gold = fitting(project, judge, []).filter(pk__in={task.gold.comparison for task in tasks})
    takes = estimated(project, judge, target, gold, len(tasks))
    return CardPlan(counts["gold"], counts["probe"], counts["injection"], takes.calls, takes.cost)
