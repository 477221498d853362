"""Which comparisons n responses make, counted by hand."""

import random
from collections import Counter
from math import comb

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.comparing.policies import Candidate, count, groups

# Two texts of model x, two of y, one of z that says what x says, and one without an author.
SIX = [
    Candidate(b"t1", "model", "x", b"k1", 1),
    Candidate(b"t2", "model", "x", b"k2", 2),
    Candidate(b"t3", "model", "y", b"k3", 3),
    Candidate(b"t4", "model", "y", b"k4", 4),
    Candidate(b"t1", "model", "z", b"k5", 5),
    Candidate(b"t5", "unknown", "", b"k6", 6),
]


def made(policy, candidates=SIX, *, pairs=1, seed=0):
    return groups(policy, candidates, pairs=pairs, rng=random.Random(seed))


def test_all_pairs_are_all_but_those_of_one_text():
    pairs = made("all_pairs")
    assert len(pairs) == comb(6, 2) - 1 == 14
    assert all(one.content_key < other.content_key for one, other in pairs)


@pytest.mark.parametrize(("pairs", "count"), [(1, 1), (5, 5), (14, 14), (99, 14)])
def test_random_pairs_are_as_many_as_asked_for_or_as_there_are_and_no_two_the_same(pairs, count):
    drawn = made("random_pairs", pairs=pairs)
    assert len(set(drawn)) == len(drawn) == count
    assert set(drawn) <= set(made("all_pairs"))


def test_random_pairs_are_drawn_evenly():
    drawn = Counter(pair for seed in range(1400) for pair in made("random_pairs", seed=seed))
    assert len(drawn) == 14
    assert all(60 < count < 145 for count in drawn.values())


def test_model_pairs_are_one_for_every_two_authors():
    pairs = made("model_pairs")
    assert [{each.author for each in pair} for pair in pairs] == [{"x", "y"}, {"x", "z"}, {"y", "z"}]
    assert all(pair == tuple(sorted(pair)) for pair in pairs)
    for seed in range(20):
        x_z = made("model_pairs", seed=seed)[1]
        assert {each.content_key for each in x_z} == {b"t1", b"t2"}, "x's other text says what z says"


def test_a_person_and_a_model_of_one_name_are_two_authors():
    ann = [Candidate(b"t1", "model", "ann", b"k1", 1), Candidate(b"t2", "person", "ann", b"k2", 2)]
    assert len(made("model_pairs", ann)) == 1


def test_a_list_holds_every_text_once_by_its_first_author():
    (everyone,) = made("list")
    assert [each.id for each in everyone] == [1, 2, 3, 4, 6]


def scored(*values):
    """As many responses as values, each of its own text."""
    return [Candidate(b"t%02d" % n, "model", "m", b"k%02d" % n, n, value) for n, value in enumerate(values)]


@pytest.mark.parametrize("n", [2, 4, 32])
def test_the_best_meets_the_worst_or_a_random_other(n):
    samples = scored(*(float(value * 7 % n if n > 2 else value) for value in range(n)))
    best, worst = max(samples, key=lambda each: each.score), min(samples, key=lambda each: each.score)
    ((*pair,),) = made("best_worst", samples)
    assert set(pair) == {best, worst}
    others = {next(each for each in made("best_random", samples, seed=seed)[0] if each != best) for seed in range(400)}
    assert others == set(samples) - {best}


def test_equal_scores_equal_texts_and_what_has_no_score_are_never_paired():
    assert made("best_worst", scored(1.0, 1.0)) == made("best_random", scored(1.0, None)) == []
    same_text = [Candidate(b"t", "model", author, author.encode(), n, float(n)) for n, author in enumerate("ab")]
    assert made("best_worst", same_text) == []
    (pair,) = made("best_worst", scored(2.0, 2.0, 1.0, None))
    assert [each.id for each in pair] == [0, 2], "of two that are best the first"


@pytest.mark.parametrize("policy", ["best_random", "best_worst"])
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(values=st.lists(st.none() | st.integers(0, 3).map(float), max_size=8), seed=st.integers(0, 3))
def test_what_is_counted_by_score_is_what_would_be_made(policy, values, seed):
    samples = scored(*values)
    pairs = made(policy, samples, seed=seed)
    assert count(policy, samples, pairs=1) == len(pairs)
    assert pairs == made(policy, samples[::-1], seed=seed)
    for one, other in pairs:
        assert one.score != other.score
        assert max(one.score, other.score) == max(value for value in values if value is not None)


@pytest.mark.parametrize("policy", ["all_pairs", "random_pairs", "model_pairs", "list"])
@pytest.mark.parametrize("candidates", [[], SIX[:1], [SIX[0], SIX[4]]])
def test_where_there_is_nothing_to_compare_nothing_is_made(policy, candidates):
    assert made(policy, candidates) == []


@pytest.mark.parametrize("policy", ["all_pairs", "random_pairs", "model_pairs", "list"])
@given(order=st.permutations(SIX), seed=st.integers(0, 5))
def test_the_order_of_the_responses_changes_nothing_and_the_seed_decides(policy, order, seed):
    assert made(policy, order, pairs=3, seed=seed) == made(policy, SIX, pairs=3, seed=seed)


@pytest.mark.parametrize("policy", ["all_pairs", "random_pairs", "model_pairs", "list"])
@given(candidates=st.lists(st.sampled_from(SIX), unique=True), pairs=st.integers(1, 9))
def test_what_is_counted_is_what_would_be_made(policy, candidates, pairs):
    assert count(policy, candidates, pairs=pairs) == len(made(policy, candidates, pairs=pairs))
