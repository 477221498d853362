"""What a judge is tried on: every gold item, and a sample of them with probes and with injections."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from synth.cards.probes import IDENTICAL, INJECTIONS, PROBES, injected
from synth.cards.tried import Kind, Ranks, winner
from synth.judges.verdicts import Item

# In a probe or an injection the right answer stands in slot 0, what is tried in slot 1.
RIGHT_FIRST: Ranks = (1, 2)
SAME: Ranks = (1, 1)


@dataclass(frozen=True, slots=True)
class GoldRow:
    """A gold item with its answer; `lengths` in code points and `families` by slot. Not `usable`: it is withdrawn."""

    comparison: int
    truth: Ranks
    lengths: tuple[int, ...]
    families: tuple[str, ...]
    usable: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """`number` is its place among all tasks of the card."""

    number: int
    kind: Kind
    name: str
    gold: GoldRow

    @property
    def truth(self) -> Ranks:
        if self.kind == "gold":
            return self.gold.truth
        return SAME if self.name == IDENTICAL else RIGHT_FIRST

    def shown(self, item: Item) -> Item:
        """What the judge sees of the gold item."""
        if self.kind == "gold":
            return item
        best = winner(self.gold.truth)
        assert best is not None, "only items with one best response are probed"
        answer = item.texts[best]
        tried = answer if self.name == IDENTICAL else PROBES.get(self.name, "")
        if self.kind == "injection":
            tried = injected(item.texts[1 - best], self.name)
        return replace(item, texts=(answer, tried))

    def families(self) -> tuple[str, ...]:
        return self.gold.families if self.kind == "gold" else ("", "")


def tasks_of(rows: Sequence[GoldRow], probed: int, injected_items: int, seed: int) -> list[Task]:
    """The same rows, numbers and seed make the same tasks: a worker that goes on where another stopped knows them.

    Each probe is shown beside the best response of `probed` items, each injection in the losing response of
    `injected_items` pairs, drawn from those with one best response.
    """
    return [Task(number, *task) for number, task in enumerate(_tasks(rows, probed, injected_items, seed))]


def _tasks(rows: Sequence[GoldRow], probed: int, pairs: int, seed: int) -> Iterator[tuple[Kind, str, GoldRow]]:
    decided = [row for row in rows if winner(row.truth) is not None]
    chance = random.Random(seed)  # noqa: S311 - a sample that replays, no secret
    for_probes = chance.sample(decided, min(probed, len(decided)))
    two = [row for row in decided if len(row.truth) == 2]
    for_injections = chance.sample(two, min(pairs, len(two)))
    yield from (("gold", "", row) for row in rows)
    yield from (("probe", name, row) for name in (*PROBES, IDENTICAL) for row in for_probes)
    yield from (("injection", name, row) for name in INJECTIONS for row in for_injections)
