"""Ranks from scores, and the orders in which a list is shown."""

import random
from collections.abc import Sequence
from itertools import permutations
from math import factorial

from core.orders import order_number

Order = tuple[int, ...]
# Up to here all orders are drawn from without a chance of drawing one twice.
FEW = 4


def ranks_by_score(scores: Sequence[float], band: float = 0.0) -> tuple[int, ...]:
    """Rank 1 for the highest score. From the top down, a score ties with the best of its group where it is no more than
    `band` below it; those below the group begin the next one."""
    ranks, best = [0] * len(scores), float("inf")
    descending = sorted(range(len(scores)), key=lambda slot: -scores[slot])
    rank = 0
    for place, slot in enumerate(descending, start=1):
        if place == 1 or best - scores[slot] > band:
            best, rank = scores[slot], place
        ranks[slot] = rank
    return tuple(ranks)


def orders_of(k: int, count: int, seed: str) -> list[Order]:
    """`count` different orders of k slots, the same for the same seed: each second one is the reverse of the one before
    it, so that what stands first in one stands last in the other. A pair has its two orders, whatever the count.
    """
    if k == 2:
        return [(0, 1), (1, 0)]
    draw = random.Random(seed)  # noqa: S311
    wanted = min(count, factorial(k))
    pool = _all_of(k, draw) if k <= FEW else None
    found: dict[int, Order] = {}
    while len(found) < wanted:
        order = pool.pop() if pool else tuple(draw.sample(range(k), k))
        for each in (order, order[::-1])[: wanted - len(found)]:
            found.setdefault(order_number(each), each)
    return list(found.values())


def _all_of(k: int, draw: random.Random) -> list[Order]:
    orders = list(permutations(range(k)))
    draw.shuffle(orders)
    return orders
