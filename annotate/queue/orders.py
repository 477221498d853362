"""In which order each person sees the responses of a comparison: a balanced design, begun at a place drawn by a seed.

Knows nothing of Django.
"""

import random
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from core.ids import key_of


def next_order(seed: int, comparison: bytes, k: int, given: Sequence[Sequence[int]]) -> list[int]:
    """Slots, first to last, for one more person, when others see or saw the comparison in the `given` orders.

    The orders of one comparison are the rows of a Williams design over a base order that the seed and the comparison's
    public id draw. Taken is the first of those that were given least, so that no row is ahead of another by more than
    one: of a pair both orders occur equally often, of a list each slot stands in each place equally often.
    """
    counted = Counter(tuple(order) for order in given)
    rows = _drawn(seed, comparison, k)
    least: tuple[int, ...] = min(rows, key=counted.__getitem__)
    return list(least)


@lru_cache(maxsize=1_000)  # people are at the same comparisons at about the same time
def _drawn(seed: int, comparison: bytes, k: int) -> list[tuple[int, ...]]:
    drawn = random.Random(key_of(str(seed), comparison))  # noqa: S311
    base = drawn.sample(range(k), k)
    squares = [drawn.sample(square, k) for square in design(k)]
    return [tuple(base[place] for place in row) for square in drawn.sample(squares, len(squares)) for row in square]


def design(k: int) -> list[list[list[int]]]:
    """The squares of a Williams design of k treatments (E. J. Williams 1949): one, for odd k from 3 on two.

    In each square each number stands in each column once; in all together each follows each other equally often.
    """
    start = [place // 2 if place % 2 == 0 else k - 1 - place // 2 for place in range(k)]
    square = [[(number + shift) % k for number in start] for shift in range(k)]
    return [square] if k % 2 == 0 or k < 3 else [square, [row[::-1] for row in square]]
