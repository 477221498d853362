"""Whether a probability means what it says: reliability by bins, ECE and Brier score."""

from collections.abc import Sequence
from typing import Any

from synth.cards.estimates import DIGITS, Estimate, mean, share, unknown
from synth.cards.tried import Tried, winner

BINS = 10
DRAWS = 1_000
NONE = "It gives no probabilities."
Pair = tuple[float, bool]


def calibration(gold: Sequence[Tried]) -> dict[str, Any]:
    """Over pairs with a winner in gold and a probability that slot 0 beats slot 1.

    `bins`: ten of equal width over that probability, each with its n, the mean of what was predicted and the share in
    which slot 0 is right, with its interval. `ece`: the mean distance of the two weighed by n, with a bootstrap
    interval over items (percentile, seeded; it is skewed upwards, so it is widened to hold the value). `brier`: the
    mean squared error.
    """
    pairs = [
        (trial.probability, winner(trial.truth) == 0)
        for trial in gold
        if trial.probability is not None and len(trial.truth) == 2 and winner(trial.truth) is not None
    ]
    return {
        "bins": [_bin(at, pairs) for at in range(BINS)] if pairs else [],
        "ece": _ece(pairs).plain,
        "brier": mean([(predicted - right) ** 2 for predicted, right in pairs], NONE).plain,
    }


def _bin_of(predicted: float) -> int:
    return min(int(predicted * BINS), BINS - 1)


def _bin(at: int, pairs: Sequence[Pair]) -> dict[str, Any]:
    inside = [(predicted, right) for predicted, right in pairs if _bin_of(predicted) == at]
    predicted = round(sum(p for p, _ in inside) / len(inside), DIGITS) if inside else None
    right = share(sum(right for _, right in inside), len(inside), "No item is in it.")
    return {"low": at / BINS, "high": (at + 1) / BINS, "n": len(inside), "predicted": predicted, "right": right.plain}


def _ece(pairs: Sequence[Pair]) -> Estimate:
    if not pairs:
        return unknown(NONE)
    import numpy as np

    predicted, right = (np.array(column, float) for column in zip(*pairs, strict=True))
    places = np.minimum((predicted * BINS).astype(int), BINS - 1)
    gaps = np.zeros((len(pairs), BINS))
    gaps[np.arange(len(pairs)), places] = predicted - right
    draws = np.random.default_rng(0).multinomial(len(pairs), np.full(len(pairs), 1 / len(pairs)), DRAWS)
    drawn = np.abs(draws @ gaps).sum(1) / len(pairs)
    low, high = np.quantile(drawn, (0.025, 0.975))
    value = float(np.abs(gaps.sum(0)).sum() / len(pairs))
    bounds = round(min(float(low), value), DIGITS), round(max(float(high), value), DIGITS)
    return Estimate(round(value, DIGITS), *bounds, len(pairs))
