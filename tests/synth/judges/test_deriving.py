"""What all verdicts of a judge on one comparison come to, by the rule that labels follow."""

from math import exp, log

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.labels.majority import Vote, decide
from synth.judges.deriving import derived, vote_share
from synth.judges.verdicts import Verdict

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

FIRST, SECOND, TIE = (1, 2), (2, 1), (1, 1)
FORTH, BACK = (0, 1), (1, 0)


def said(*ranks, probabilities=None, orders=(FORTH, BACK)) -> list[Verdict]:
    told = probabilities or [None] * len(ranks)
    return [Verdict(orders[at % 2], 1 + at // 2, each, probability=told[at]) for at, each in enumerate(ranks)]


@pytest.mark.parametrize(
    ("ranks", "outcome", "wanted"),
    [
        ((FIRST, FIRST), "consistent", FIRST),
        ((SECOND, SECOND), "consistent", SECOND),
        ((TIE, TIE), "tie", TIE),
        ((FIRST, SECOND), "flip", None),
        ((FIRST, TIE), "flip", None),
        ((None, None), "unreadable", None),
        ((FIRST, None), "consistent", FIRST),
        ((FIRST, FIRST, FIRST, SECOND), "consistent", FIRST),
        ((FIRST, SECOND, FIRST, SECOND), "flip", None),
        ((), "unreadable", None),
    ],
)
def test_the_outcome(ranks, outcome, wanted):
    assert (derived(said(*ranks)).outcome, derived(said(*ranks)).ranks) == (outcome, wanted)


@unhurried
@given(st.lists(st.sampled_from([FIRST, SECOND, TIE, None]), max_size=6))
def test_it_says_what_the_label_says(ranks):
    votes = [Vote(1, "judges", each) for each in ranks if each is not None]
    assert derived(said(*ranks)).ranks == decide(votes).ranks


@unhurried
@given(st.lists(st.permutations([1, 2, 3, 4]).map(tuple), min_size=1, max_size=6))
def test_it_says_what_the_label_of_a_list_says(ranks):
    assert derived(said(*ranks)).ranks == decide([Vote(1, "judges", each) for each in ranks]).ranks


def test_a_list_goes_by_its_mean_ranks():
    assert derived(said((1, 2, 3), (2, 1, 3))).ranks == (1, 1, 2)
    assert derived(said((1, 2, 3), (2, 1, 3), (1, 3, 2))).ranks == (1, 2, 3)
    assert derived(said((1, 2, 3), (3, 2, 1))).outcome == "flip"


def test_probabilities_are_averaged_over_the_orders():
    assert derived(said(FIRST, FIRST, probabilities=[0.9, 0.6])).probability == pytest.approx(0.75)


@unhurried
@given(st.floats(-4, 4), st.floats(-4, 4))
def test_the_mean_of_logits_cancels_an_additive_position_bias(worth, bias):
    first_shown, second_shown = 1 / (1 + exp(-worth - bias)), 1 / (1 + exp(-worth + bias))
    told = said(FIRST, FIRST, probabilities=[first_shown, second_shown])
    assert derived(told, "logits").probability == pytest.approx(1 / (1 + exp(-worth)))


def test_certainty_has_a_logit_too():
    assert derived(said(FIRST, FIRST, probabilities=[1.0, 0.5]), "logits").probability == pytest.approx(
        1 / (1 + exp(-log((1 - 1e-6) / 1e-6) / 2))
    )


@pytest.mark.parametrize(
    ("ranks", "share"), [((FIRST, FIRST), 3 / 4), ((FIRST, SECOND), 1 / 2), ((TIE,), 1 / 2), ((SECOND,) * 8, 1 / 10)]
)
def test_votes_have_a_flat_prior(ranks, share):
    assert vote_share(ranks) == pytest.approx(share)
    assert derived(said(*ranks)).probability == pytest.approx(share)


def test_an_order_with_more_readable_samples_weighs_no_more():
    told = [Verdict(FORTH, 1, FIRST, probability=0.9), Verdict(FORTH, 2, FIRST, probability=0.9),
            Verdict(BACK, 1, SECOND, probability=0.1), Verdict(BACK, 2, None)]  # fmt: skip
    assert derived(told).probability == pytest.approx(0.5)
