"""The design of orders: balanced within a comparison, and over many."""

from collections import Counter
from itertools import pairwise
from uuid import UUID

import pytest

from annotate.queue.orders import design, next_order


def orders(k: int, people: int, comparison: int = 1, seed: int = 0) -> list[list[int]]:
    given: list[list[int]] = []
    for _ in range(people):
        given.append(next_order(seed, UUID(int=comparison).bytes, k, given))
    return given


@pytest.mark.parametrize("people", range(1, 10))
def test_both_orders_of_a_pair_are_seen_equally_often_to_within_one(people: int) -> None:
    counted = Counter(tuple(order) for order in orders(2, people))
    assert abs(counted[0, 1] - counted[1, 0]) <= 1


@pytest.mark.parametrize("k", range(1, 9))
def test_each_slot_stands_in_each_place_equally_often(k: int) -> None:
    given = orders(k, 2 * k)
    for place in range(k):
        assert Counter(order[place] for order in given) == dict.fromkeys(range(k), 2)


@pytest.mark.parametrize("k", range(2, 9))
def test_each_slot_follows_each_other_equally_often(k: int) -> None:
    rows = [row for square in design(k) for row in square]
    followed = Counter(pair for row in rows for pair in pairwise(row))
    assert len(followed) == k * (k - 1)
    assert len(set(followed.values())) == 1


@pytest.mark.parametrize("k", [2, 3, 5])
def test_over_many_comparisons_each_slot_is_first_equally_often(k: int) -> None:
    """Five standard deviations of a binomial: about one failure in two million seeds."""
    n = 4_000
    first = Counter(orders(k, 1, comparison=at)[0][0] for at in range(n))
    bound = 5 * (n * (1 / k) * (1 - 1 / k)) ** 0.5
    assert all(abs(first[slot] - n / k) < bound for slot in range(k))


def test_the_seed_and_the_comparison_decide() -> None:
    assert orders(5, 3) == orders(5, 3)
    assert len({tuple(orders(5, 1, seed=seed)[0]) for seed in range(20)}) > 10
    assert len({tuple(orders(5, 1, comparison=at)[0]) for at in range(20)}) > 10


def test_an_order_that_nobody_has_any_more_is_the_next() -> None:
    given = orders(2, 4)
    assert next_order(0, UUID(int=1).bytes, 2, given[1:]) == given[0]
