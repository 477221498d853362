"""Ranks from scores, with a band of ties."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.scorers.ranking import ranks_of


@pytest.mark.parametrize(
    ("scores", "band", "ranks"),
    [
        ([1.0, 2.0], 0, [2, 1]),
        ([2.0, 2.0], 0, [1, 1]),
        ([1.0, 2.0], 1.0, [1, 1]),
        ([1.0, 2.0], 0.9, [2, 1]),
        ([0.0, -3.0, 5.0], 0, [2, 3, 1]),
        # 10 and 9 tie, 8 is 2 below the best: the chain does not reach it. 8 and 7.5 are the next group.
        ([10.0, 9.0, 8.0, 7.5], 1.0, [1, 1, 3, 3]),
        ([5.0], 0, [1]),
    ],
)
def test_scores_within_the_band_of_the_best_of_their_group_tie(scores, band, ranks):
    assert ranks_of(scores, band) == ranks


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12), st.floats(0, 10))
def test_ranks_are_those_of_a_competition_and_never_contradict_the_scores(scores, band):
    ranks = ranks_of(scores, band)
    assert all(rank == 1 + sum(other < rank for other in ranks) for rank in ranks)
    assert all(a <= b for a, x in zip(ranks, scores, strict=True) for b, y in zip(ranks, scores, strict=True) if x >= y)
