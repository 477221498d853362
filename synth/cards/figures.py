"""The figures of a judge's card from its trials.

Right is a verdict that puts the same response first as gold does, or ties the same responses where gold ties them. A
flip (its orders contradict each other), an unreadable reply and, where that is asked for, an item without any verdict
are not right; they stay in the denominator. So a judge that says nothing where it cannot tell loses accuracy and keeps
`consistent_accuracy`, whose denominator is only what it said with one voice.
"""

from collections.abc import Sequence
from typing import Any

from synth.cards.calibration import calibration
from synth.cards.estimates import Estimate, mean, share, unknown
from synth.cards.kinship import kinship
from synth.cards.tried import Tried, best, winner
from synth.cards.withstanding import injections, probes

NO_GOLD = "No gold item has a verdict of this judge."
ONE_ORDER = "Every item was read in one order only, so nothing can flip."
ALONE = "It never sees responses side by side, so it has no order to flip or to prefer."
NO_ORDER = "No verdict says in which order the responses were shown."
NO_SIDE = "No verdict in a known order prefers one response."
NO_LONGER = "No verdict prefers one of two responses of different length."
NO_TIME = "How long its verdicts took is not known."
NO_COST = "What its verdicts cost is not known."
STORED = "All its replies were stored before, so they cost nothing this time."
A_THOUSAND = 1_000


def figures_of(trials: Sequence[Tried], family: str = "", *, alone: bool = False) -> dict[str, Any]:
    """All figures as JSON takes them, each with value, low, high and n.

    `family` is the judge's own. `alone`: it sees each response by itself, so that order means nothing to it.
    """
    gold = [trial for trial in trials if trial.kind == "gold"]
    figures = {
        "accuracy": _right(gold),
        "longest": share(sum(_longest_is_right(trial) for trial in gold), len(gold), NO_GOLD),
        "consistent_accuracy": consistent_accuracy(gold),
        "coverage": coverage(gold),
        "flips": flips(gold) if not alone else unknown(ALONE, applies=False),
        "first_position": first_position(gold) if not alone else unknown(ALONE, applies=False),
        "longer": longer(gold),
        "longer_in_gold": longer_in_gold(gold),
        "unreadable": unreadable(gold),
        "seconds": _taken([trial.seconds for trial in gold], NO_TIME),
        "cost": cost(gold),
    }
    return {
        **{name: figure.plain for name, figure in figures.items()},
        "readings": [figure.plain for figure in readings(gold)],
        "probes": {name: figure.plain for name, figure in probes(trials).items()},
        "injections": {name: figure.plain for name, figure in injections(trials).items()},
        "families": kinship(gold, family),
        "calibration": calibration(gold),
        "gold": {"items": len(gold), "ties": sum(winner(trial.truth) is None for trial in gold)},
    }


def _right(trials: Sequence[Tried]) -> Estimate:
    return share(sum(trial.is_right for trial in trials), len(trials), NO_GOLD)


def _longest_is_right(trial: Tried) -> bool:
    """Whether “the longest is best” is right; equal lengths tie."""
    return best([-length for length in trial.lengths]) == best(trial.truth)


def consistent_accuracy(gold: Sequence[Tried]) -> Estimate:
    return _right([trial for trial in gold if trial.ranks is not None])


def coverage(gold: Sequence[Tried]) -> Estimate:
    """The share of items on which it speaks with one voice: a winner or a tie in all orders."""
    return share(sum(trial.ranks is not None for trial in gold), len(gold), NO_GOLD)


def flips(gold: Sequence[Tried]) -> Estimate:
    """The share that flips of the items that were read in more than one order."""
    turned = [trial for trial in gold if len({r.order for r in trial.readings if r.order and r.ranks}) > 1]
    return share(sum(trial.outcome == "flip" for trial in turned), len(turned), _why_no_order(gold, ONE_ORDER))


def first_position(gold: Sequence[Tried]) -> Estimate:
    """The share that prefers the response shown first, of single verdicts that prefer one; .5 where both are shown
    first equally often and position does not matter."""
    won = [
        (r.order, winner(r.ranks)) for trial in gold for r in trial.readings if r.order and winner(r.ranks) is not None
    ]
    return share(sum(order[0] == slot for order, slot in won), len(won), _why_no_order(gold, NO_SIDE))


def longer(gold: Sequence[Tried]) -> Estimate:
    """The share that prefers the longest response, of items with one longest on which the judge prefers one."""
    told = [(winner([-length for length in trial.lengths]), winner(trial.ranks)) for trial in gold]
    told = [(slot, said) for slot, said in told if slot is not None and said is not None]
    return share(sum(slot == said for slot, said in told), len(told), NO_LONGER)


def longer_in_gold(gold: Sequence[Tried]) -> Estimate:
    """How often the longest response is the right one, of the same kind of items: what `longer` is held against."""
    told = [(winner([-length for length in trial.lengths]), winner(trial.truth)) for trial in gold]
    told = [(slot, said) for slot, said in told if slot is not None and said is not None]
    return share(sum(slot == said for slot, said in told), len(told), NO_LONGER)


def unreadable(gold: Sequence[Tried]) -> Estimate:
    """The share of single verdicts that could not be read."""
    said = [reading for trial in gold for reading in trial.readings]
    return share(sum(reading.ranks is None for reading in said), len(said), NO_GOLD)


def readings(gold: Sequence[Tried]) -> list[Estimate]:
    """How often it is right in its first order alone, and in its second; items without that reading are not right."""
    each = [_by_order(trial) for trial in gold]
    most = max((len(said) for said in each), default=0)
    if most > 2:
        return []
    right = [sum(at < len(said) and said[at] for said in each) for at in range(most)]
    return [share(hits, len(gold), NO_GOLD) for hits in right]


def _by_order(trial: Tried) -> list[bool]:
    """Whether the first verdict in each order is right, the orders as they came."""
    first = {reading.order: reading.ranks for reading in reversed(trial.readings)}
    orders = dict.fromkeys(reading.order for reading in trial.readings)
    return [first[order] is not None and best(first[order] or ()) == best(trial.truth) for order in orders]


def cost(gold: Sequence[Tried]) -> Estimate:
    """Money for 1,000 comparisons, over the items whose replies were asked for and paid."""
    asked = [trial.cost for trial in gold if trial.tokens]
    stored = any(trial.tokens == 0 for trial in gold)
    return _taken(asked, STORED if stored else NO_COST)


def _taken(values: Sequence[float | None], reason: str) -> Estimate:
    known = [value for value in values if value is not None]
    return mean(known, reason, times=A_THOUSAND)


def _why_no_order(gold: Sequence[Tried], otherwise: str) -> str:
    said = [reading for trial in gold for reading in trial.readings]
    if not said:
        return NO_GOLD
    return otherwise if any(reading.order for reading in said) else NO_ORDER
