"""What a click means, in slots that do not depend on the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.questions import BadAnswer, Verdict, pairwise_options, pairwise_verdict
from core.models.project import MAIN_QUESTION

ORDERS = [[0, 1], [1, 0]]


def test_options_go_from_the_left_answer_to_the_right_one():
    assert [(option.value, option.label) for option in pairwise_options(MAIN_QUESTION)] == [
        ("a3", "A much"),
        ("a2", "A somewhat"),
        ("a1", "A slightly"),
        ("tie", "Tie"),
        ("b1", "B slightly"),
        ("b2", "B somewhat"),
        ("b3", "B much"),
        ("both_bad", "Both bad"),
    ]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("strength", [1, 2, 3])
def test_the_answer_on_that_side_wins_whichever_slot_stood_there(order, side, strength):
    verdict = pairwise_verdict(MAIN_QUESTION, f"{'ab'[side]}{strength}", order)
    assert verdict.ranks[order[side]] == 1
    assert verdict.ranks[order[1 - side]] == 2
    assert (verdict.strength, verdict.both_bad) == (strength, False)


@pytest.mark.parametrize("order", ORDERS)
def test_a_tie_and_both_bad_tie_both_slots(order):
    assert pairwise_verdict(MAIN_QUESTION, "tie", order) == Verdict([1, 1], 0, both_bad=False)
    assert pairwise_verdict(MAIN_QUESTION, "both_bad", order) == Verdict([1, 1], 0, both_bad=True)


def test_nothing_chosen_is_refused():
    with pytest.raises(BadAnswer, match="Choose an answer first, then submit"):
        pairwise_verdict(MAIN_QUESTION, "", [0, 1])


@pytest.mark.parametrize("value", ["a4", "a0", "c1", "A1", "both bad", "1", " tie"])
def test_an_answer_that_is_not_offered_is_refused(value):
    with pytest.raises(BadAnswer, match="has no such answer"):
        pairwise_verdict(MAIN_QUESTION, value, [0, 1])


@pytest.mark.parametrize(("missing", "value"), [("tie", "tie"), ("both_bad", "both_bad")])
def test_what_a_question_does_not_offer_cannot_be_chosen(missing, value):
    question = {**MAIN_QUESTION, missing: False}
    assert value not in [option.value for option in pairwise_options(question)]
    with pytest.raises(BadAnswer):
        pairwise_verdict(question, value, [0, 1])


@given(st.permutations([0, 1]), st.integers(0, 7))
def test_turning_the_screen_round_turns_the_verdict_round(order, place):
    option = pairwise_options(MAIN_QUESTION)[place]
    one = pairwise_verdict(MAIN_QUESTION, option.value, order)
    other = pairwise_verdict(MAIN_QUESTION, option.value, order[::-1])
    assert one.ranks == other.ranks[::-1]
    assert (one.strength, one.both_bad) == (other.strength, other.both_bad)
