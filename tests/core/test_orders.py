from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.orders import EXACT_UP_TO, order_number

LARGEST_SMALLINT = 2**15 - 1


@pytest.mark.parametrize("k", range(1, EXACT_UP_TO + 1))
def test_every_order_of_up_to_seven_slots_has_its_own_number_in_lexicographic_order(k):
    assert [order_number(order) for order in permutations(range(k))] == list(range(len(list(permutations(range(k))))))


def test_the_two_orders_of_a_pair_are_0_and_1():
    assert (order_number([0, 1]), order_number([1, 0])) == (0, 1)


@given(st.integers(EXACT_UP_TO + 1, 64).flatmap(lambda k: st.permutations(range(k))))
def test_the_number_of_a_long_order_fits_two_bytes_and_does_not_change(order):
    assert 0 <= order_number(order) <= LARGEST_SMALLINT
    assert order_number(order) == order_number(tuple(order))


def test_long_orders_hardly_ever_share_a_number():
    orders = [[*range(place, 8), *range(place)] for place in range(8)]
    assert len({order_number(order) for order in orders}) == 8
