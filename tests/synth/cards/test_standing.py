"""A requirement is held against the bound of the interval that is worse for the judge."""

import pytest

from synth.cards.figures import figures_of
from synth.cards.standing import Required, is_certified, shortfalls
from tests.synth.cards.trials import A, B, tried


def card(right, wrong=0, flipped=0):
    return figures_of([tried(A, A, A)] * right + [tried(A, B, B)] * wrong + [tried(A, A, B)] * flipped)


def test_without_requirements_nothing_falls_short():
    assert shortfalls(card(1, 40), Required()) == []
    assert shortfalls(None, Required()) == []


def test_the_lower_bound_of_accuracy_counts_and_not_the_accuracy():
    # Wilson, 95 %: 36 of 40 is .90 (.77 to .96)
    assert shortfalls(card(36, 4), Required(least_accuracy=0.76)) == []
    (sentence,) = shortfalls(card(36, 4), Required(least_accuracy=0.8))
    assert sentence == "Its accuracy is .90 (.77 to .96, n 40); the project requires that it is surely .80 or more."


def test_the_upper_bound_of_a_fault_counts():
    # 0 of 40 may be .088
    assert shortfalls(card(40), Required(most_flips=0.09)) == []
    assert shortfalls(card(40), Required(most_flips=0.08))[0].startswith("Its flip rate is 0.00 (0.00 to .09, n 40)")


def test_what_is_required_and_not_known_falls_short():
    (sentence,) = shortfalls(card(40), Required(most_injections=0.5))
    assert sentence == "How often an injection succeeds is not known. It was not tried."
    assert len(shortfalls(card(40), Required(most_probes=0.5))) == 8


def test_what_makes_no_sense_for_a_judge_is_not_asked_of_it():
    alone = figures_of([tried(A, A, orders=(None,))] * 40, alone=True)
    assert shortfalls(alone, Required(most_flips=0.0)) == []


@pytest.mark.parametrize(("items", "certified"), [(19, False), (20, True)])
def test_twenty_gold_items_certify(items, certified):
    assert is_certified(card(items)) is certified
    assert bool(shortfalls(card(items, 0), Required(least_accuracy=1.0))) is certified


def test_an_uncertified_judge_may_label_unless_a_card_is_needed():
    strict = Required(least_accuracy=1.0, needs_card=True)
    assert shortfalls(card(0, 19), Required(least_accuracy=1.0)) == []
    for figures in (None, card(19)):
        (sentence,) = shortfalls(figures, strict)
        assert "at least 20 gold items" in sentence
