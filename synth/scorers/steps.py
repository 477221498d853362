"""Rewards of the steps of an answer, from the ratio over its text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

STEP = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class Step:
    """A step ends before the code point `end`; its reward is in nats."""

    end: int
    reward: float


def steps_of(text: str, ends: Sequence[int], ratios: Sequence[float]) -> list[Step]:
    """The implicit process reward of each step: the sum of log p_strong - log p_weak over it, in nats.

    With beta it is the reward of arXiv 2412.01981, of which this is the sum without beta. Steps are divided by empty
    lines; a piece that straddles two steps is the later one's, and the end of the turn is the last one's. The rewards
    add up to the ratio of the whole answer. `ends` are code points, as pieces end.
    """
    if not ends:
        return []
    cuts = [found.end() for found in STEP.finditer(text) if found.start() > 0 and found.end() < len(text)]
    found: list[list[float]] = [[] for _ in range(len(cuts) + 1)]
    at = 0
    for end, ratio in zip(ends, ratios, strict=True):
        while at < len(cuts) and end > cuts[at]:
            at += 1
        found[at].append(ratio)
    return [Step(end, fsum(ratios)) for end, ratios in zip([*cuts, len(text)], found, strict=True)]
