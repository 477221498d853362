"""Draw comparisons so that each part of a project has its share."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import floor


def drawn(strata: Mapping[int, str], count: int, seed: int) -> list[int]:
    """`count` of the keys, by stratum in proportion to its size (largest remainder), at random within each.

    The same strata, count and seed draw the same keys, ascending. All of them where there are no more.
    """
    chance = random.Random(seed)  # noqa: S311 - a sample that replays, no secret
    parts: dict[str, list[int]] = defaultdict(list)
    for key in sorted(strata):
        parts[strata[key]].append(key)
    shares = _shares({name: len(keys) for name, keys in sorted(parts.items())}, min(count, len(strata)), chance)
    return sorted(key for name, keys in sorted(parts.items()) for key in chance.sample(keys, shares[name]))


def _shares(sizes: Mapping[str, int], count: int, chance: random.Random) -> dict[str, int]:
    """How many of each: whole numbers that add up; equal remainders are drawn lots for."""
    total = sum(sizes.values()) or 1
    exact = {name: count * size / total for name, size in sizes.items()}
    shares = {name: floor(share) for name, share in exact.items()}
    lots = {name: chance.random() for name in sizes}
    first = sorted(sizes, key=lambda name: (shares[name] - exact[name], lots[name]))
    for name in first[: count - sum(shares.values())]:
        shares[name] += 1
    return shares


def fourths(lengths: Sequence[int]) -> tuple[int, int, int]:
    """The lengths below which a fourth, a half and three fourths lie; zeros of none."""
    ordered = sorted(lengths) or [0]
    return tuple(ordered[len(ordered) * at // 4] for at in (1, 2, 3))  # type: ignore[return-value]
