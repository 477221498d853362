import numpy as np
import pytest

from core.labels.bootstrap import Estimate, Resamples, ratio


def test_the_same_seed_draws_the_same_prompts_every_time():
    resamples = Resamples(prompts=7, draws=5, seed=3)
    assert np.array_equal(list(resamples), list(resamples))
    assert not np.array_equal(list(resamples), list(Resamples(prompts=7, draws=5, seed=4)))


def test_every_draw_holds_as_many_prompts_as_there_are():
    assert [weight.sum() for weight in Resamples(prompts=7, draws=5, seed=0)] == [7] * 5


def test_sums_under_a_draw_are_the_sums_of_its_prompts():
    per_prompt = np.array([[1.0, 10], [2, 20], [3, 30]])
    resamples = Resamples(prompts=3, draws=4, seed=0)
    drawn = [np.repeat(per_prompt, weight.astype(int), axis=0).sum(0) for weight in resamples]
    assert np.array_equal(resamples.sums(per_prompt), drawn)


def test_the_interval_is_the_middle_95_percent_of_the_draws():
    estimate = Resamples(prompts=5, draws=101, seed=0).estimate(0.5, np.linspace(0, 1, 101), 40, "unused")
    assert estimate == Estimate(0.5, pytest.approx(0.025), pytest.approx(0.975), 40)


def test_a_figure_that_cannot_be_computed_says_why():
    assert Resamples(5, 1, 0).estimate(np.nan, np.array([0.5]), 0, "Why.") == Estimate(None, None, None, 0, "Why.")


def test_one_prompt_gives_a_figure_without_an_interval():
    estimate = Resamples(prompts=1, draws=2, seed=0).estimate(0.5, np.array([0.5, 0.5]), 9, "unused")
    assert estimate == Estimate(0.5, None, None, 9, "An interval needs at least 2 prompts.")


def test_an_interval_is_withheld_where_many_draws_are_undefined():
    drawn = np.r_[np.full(11, np.nan), np.full(89, 0.5)]
    resamples = Resamples(prompts=5, draws=100, seed=0)
    assert resamples.estimate(0.5, drawn, 9, "unused").low is None
    assert resamples.estimate(0.5, drawn[1:], 9, "unused").low is None
    assert resamples.estimate(0.5, np.r_[drawn[1:], 0.5], 9, "unused").low == 0.5


def test_no_draws_give_a_figure_without_an_interval():
    estimate = Resamples(prompts=5, draws=0, seed=0).estimate(0.5, np.empty(0), 9, "unused")
    assert (estimate.value, estimate.low, estimate.high) == (0.5, None, None)


def test_a_ratio_over_nothing_is_undefined():
    assert np.isnan(ratio(np.array(0.0), np.array(0.0)))
