"""What a judge's verdicts on one comparison come to."""

from collections.abc import Sequence
from math import exp, log
from typing import Literal

from core.labels.majority import voice_of
from synth.judges.verdicts import Derived, Ranks, Verdict

Average = Literal["probabilities", "logits"]
# A certain verdict has no logit; this is the least doubt that is kept.
DOUBT = 1e-6


def derived(verdicts: Sequence[Verdict], average: Average = "probabilities") -> Derived:
    """One outcome from all orders and samples, by the rule that labels follow (core.labels.majority): more than half of
    the readable verdicts say the same, or for a list their mean ranks decide.

    `probability` is that slot 0 beats slot 1: the mean of the oriented probabilities over the orders, which for two is
    p̄ = ½[p₁ + (1 − p₂)] with p₁, p₂ that of the response shown first, or the logistic of the mean of their logits;
    where no verdict has one, the share of the votes (methods.md, section 3).
    """
    said = [each.ranks for each in verdicts if each.ranks is not None]
    if not said:
        return Derived("unreadable")
    probability = _probability(verdicts, average) if len(said[0]) == 2 else None
    ranks = voice_of(said)
    if ranks is None:
        return Derived("flip", None, probability)
    return Derived("tie" if max(ranks) == 1 else "consistent", ranks, probability)


def vote_share(said: Sequence[Ranks]) -> float:
    """The share of the votes for slot 0 with a Beta(1,1) prior: (wins + ½ ties + 1) / (n + 2)."""
    wins = sum(1.0 if first < second else 0.5 if first == second else 0.0 for first, second in said)
    return (wins + 1) / (len(said) + 2)


def _probability(verdicts: Sequence[Verdict], average: Average) -> float:
    """Each order weighs the same, however many samples of it could be read."""
    by_order: dict[tuple[int, ...] | None, list[float]] = {}
    for each in verdicts:
        if each.probability is not None:
            by_order.setdefault(each.order, []).append(each.probability)
    if not by_order:
        return vote_share([each.ranks for each in verdicts if each.ranks is not None])
    return _mean([_mean(said, average) for said in by_order.values()], average)


def _mean(values: Sequence[float], average: Average) -> float:
    if average == "probabilities":
        return sum(values) / len(values)
    return 1 / (1 + exp(-sum(map(_logit, values)) / len(values)))


def _logit(probability: float) -> float:
    kept = min(1 - DOUBT, max(DOUBT, probability))
    return log(kept / (1 - kept))
