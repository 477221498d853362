"""Figures with their intervals; the numbers were worked out by hand or with R."""

import pytest

from synth.cards.estimates import Paired, difference, mean, paired, share, unknown


def test_a_share_has_the_wilson_interval():
    # R: binom::binom.wilson(8, 10)
    eight = share(8, 10, "")
    assert (eight.value, eight.n) == (0.8, 10)
    assert (eight.low, eight.high) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)


def test_none_of_twenty_may_still_be_sixteen_in_a_hundred():
    # z² / (n + z²) with z = 1.959964
    assert share(0, 20, "").high == pytest.approx(3.8414588 / 23.8414588, abs=1e-6)
    assert share(0, 20, "").low == 0


def test_what_has_no_case_is_unknown_with_a_reason_and_never_zero():
    nothing = share(0, 0, "Nobody was asked.")
    assert (nothing.value, nothing.low, nothing.high, nothing.n) == (None, None, None, 0)
    assert nothing.plain == {"value": None, "low": None, "high": None, "n": 0, "reason": "Nobody was asked."}
    assert mean([], "Nothing.").value is None


def test_a_mean_has_the_t_interval_and_no_value_below_zero_where_none_was():
    # t(.975, 2) = 4.302653; the deviation of 1, 2, 3 is 1.
    three = mean([1.0, 2.0, 3.0], "", times=1000)
    assert three.value == 2000
    assert three.low == 0
    assert three.high == pytest.approx(1000 * (2 + 4.302653 / 3**0.5), rel=1e-6)
    assert mean([4.0], "").plain == {"value": 4.0, "low": None, "high": None, "n": 1}


def test_what_does_not_apply_says_so_in_its_plain_values():
    assert unknown("Why.", applies=False).plain["applies"] is False
    assert "applies" not in share(3, 4, "").plain


def test_two_judges_on_the_same_items_are_tested_where_they_differ():
    first = [True] * 5 + [True] + [False] * 9 + [False] * 2
    second = [True] * 5 + [False] + [True] * 9 + [False] * 2
    pairs = paired(first, second)
    assert (pairs.both, pairs.only_first, pairs.only_second, pairs.neither, pairs.n) == (5, 1, 9, 2, 17)
    # Two-sided binomial of 1 among 10: 2 · (1 + 10) / 1024
    assert pairs.p == pytest.approx(22 / 1024)


def test_judges_that_never_differ_have_no_test():
    assert paired([True, False], [True, False]).p is None


def test_a_difference_has_an_interval_even_where_nothing_differs():
    # n + 2 = 19, cells 1.5 and 9.5: middle 8/19, half 1.959964 · √(11 − 64/19) / 19
    found = difference(Paired(5, 1, 9, 2, None))
    assert found.value == pytest.approx(8 / 17, abs=1e-6)
    half = 1.959964 * (11 - 64 / 19) ** 0.5 / 19
    assert (found.low, found.high) == pytest.approx((8 / 19 - half, 8 / 19 + half), abs=1e-6)
    same = difference(Paired(10, 0, 0, 10, None))
    assert same.value == 0
    assert same.low < 0 < same.high
    assert difference(Paired(0, 0, 0, 0, None)).value is None
