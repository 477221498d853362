"""BLEU as a verdict."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu import sentence_bleu

from synth.judges.bleu import bleu, ranks_of, signature

REFERENCE = "The cat sat on the mat."


def test_the_reference_itself_is_perfect():
    assert bleu(REFERENCE, REFERENCE) == pytest.approx(100)


@pytest.mark.parametrize("response", ["", "   ", "\n"])
def test_an_empty_response_scores_nothing(response):
    assert bleu(response, REFERENCE) == 0


def test_closer_to_the_reference_is_higher():
    scores = [bleu(text, REFERENCE) for text in (REFERENCE, "The cat sat on a mat.", "A dog stood there.", "Xyz")]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[1] > scores[2]


@given(st.text(), st.text(min_size=1))
def test_it_is_sacrebleus_sentence_score_with_effective_order(response, reference):
    expected = sentence_bleu(response, [reference], use_effective_order=True).score if response.strip() else 0
    assert bleu(response, reference) == expected
    assert 0 <= bleu(response, reference) <= 100.0001


def test_a_short_answer_is_scored_by_the_orders_that_it_has():
    assert bleu("Paris", "Paris") == pytest.approx(100)


@pytest.mark.parametrize(
    ("scores", "ranks"),
    [([3.0, 1.0], [1, 2]), ([1.0, 3.0], [2, 1]), ([2.0, 2.0], [1, 1]), ([1, 3, 3, 2], [4, 1, 1, 3]), ([5], [1])],
)
def test_the_higher_score_wins_and_equal_scores_tie(scores, ranks):
    assert ranks_of(scores) == ranks


def test_the_signature_says_what_makes_two_scores_comparable():
    assert re.search(r"nrefs:\d+\|.*eff:yes.*tok:13a.*\|version:[\d.]+$", signature())
    assert signature() == signature()
