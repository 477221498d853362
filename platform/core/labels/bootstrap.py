"""Figures with their intervals. Prompts are resampled, not votes: the votes on one prompt hang together."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.labels.verdicts import Floats

DRAWS = 200
LEVEL = 95
# With fewer computable draws than this the percentiles describe only the lucky ones.
COMPUTABLE = 0.9


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with the bounds of its 95 % interval. `n` is what it counts; `reason` says why something is None."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Resamples:
    """`draws` times, how often each of `prompts` prompts is drawn with replacement; the same at every iteration."""

    prompts: int
    draws: int
    seed: int

    def __iter__(self) -> Iterator[Floats]:
        chance = np.random.default_rng(self.seed)
        for _ in range(self.draws):
            drawn = chance.integers(max(self.prompts, 1), size=self.prompts)
            yield np.bincount(drawn, minlength=self.prompts).astype(np.float64)

    def sums(self, per_prompt: Floats) -> Floats:
        """Add up per-prompt sums (prompts, c) under every draw; shape (draws, c)."""
        out = np.empty((self.draws, per_prompt.shape[1]))
        for row, weight in zip(out, self, strict=True):
            row[:] = weight @ per_prompt
        return out

    def estimate(self, value: float | Floats, drawn: Floats, n: int, undefined: str) -> Estimate:
        """Put a percentile interval from the draws (draws,) around a value; NaN stands for what cannot be computed."""
        if np.isnan(value):
            return Estimate(None, None, None, n, undefined)
        computable = drawn[~np.isnan(drawn)]
        if self.prompts < 2:
            return Estimate(float(value), None, None, n, "An interval needs at least 2 prompts.")
        if not len(computable) or len(computable) < COMPUTABLE * self.draws:
            return Estimate(float(value), None, None, n, "Too few resamples could be computed for an interval.")
        low, high = np.percentile(computable, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
        return Estimate(float(value), float(low), float(high), n)


def ratio(part: Floats, whole: Floats) -> Floats:
    """Divide elementwise, NaN where there is nothing to divide by."""
    # Wholes count pairs or votes: below this is only the rounding of weights such as 1/3.
    some = whole > 1e-9
    return np.where(some, part / np.where(some, whole, 1), np.nan)
