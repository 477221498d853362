import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score

from core.labels.chance import (
    cohen_kappa,
    cohen_kappas,
    coincidences,
    krippendorff_alpha,
    krippendorff_alphas,
)

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), example C: 4 observers, 12 units, 5 values.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
]
COUNTS = np.array([[unit.count(value) for value in range(1, 6)] for unit in zip(*OBSERVERS, strict=True)], float)
# Two raters, 50 grants: both yes 20, only the first 5, only the second 10, both no 15. p_o = .7, p_e = .5.
GRANTS = np.array([20, 5, 0, 10, 15, 0, 0, 0, 0], float)

cells = arrays(np.int64, 9, elements=st.integers(0, 30)).map(lambda cells: cells.astype(float))
units = (
    arrays(np.int64, st.tuples(st.integers(1, 12), st.just(3)), elements=st.integers(0, 4))
    .map(lambda counts: counts[counts.sum(1) >= 2].astype(float))
    .filter(len)
)


def test_alpha_of_the_textbook_example_is_743():
    assert krippendorff_alpha(COUNTS) == pytest.approx(0.743, abs=0.0005)
    pairable = COUNTS[COUNTS.sum(1) >= 2]
    assert krippendorff_alphas(coincidences(pairable).sum(0)) == pytest.approx(0.743, abs=0.0005)


def test_kappa_of_the_textbook_example_is_4():
    assert cohen_kappa(GRANTS) == pytest.approx(0.4)
    assert cohen_kappas(GRANTS) == pytest.approx(0.4)


@given(cells)
def test_stacked_kappa_equals_scikit_learn(confusion):
    ours = cohen_kappas(np.stack([confusion, GRANTS]))
    assert ours[1] == pytest.approx(0.4)
    if np.isnan(ours[0]):
        marginals = confusion.reshape(3, 3).sum(0), confusion.reshape(3, 3).sum(1)
        assert all(np.count_nonzero(marginal) <= 1 for marginal in marginals)
    else:
        rows, columns = np.repeat(range(3), confusion.reshape(3, 3).sum(1).astype(int)), []
        for row in confusion.reshape(3, 3).astype(int):
            columns.extend(np.repeat(range(3), row))
        assert ours[0] == pytest.approx(cohen_kappa_score(rows, columns, labels=[0, 1, 2]))


@given(units, st.integers(0, 2**32 - 1))
def test_alpha_of_a_draw_equals_the_library_on_the_resampled_units(counts, seed):
    weight = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)))
    ours = krippendorff_alphas(weight @ coincidences(counts))
    resampled = np.repeat(counts, weight, axis=0)
    if np.count_nonzero(resampled.sum(0)) < 2:
        assert np.isnan(ours)
        assert np.isnan(krippendorff_alpha(resampled))
    else:
        expected = krippendorff.alpha(value_counts=resampled, level_of_measurement="nominal")
        assert ours == pytest.approx(expected, abs=1e-12)
        assert krippendorff_alpha(resampled) == pytest.approx(expected)


def test_neither_is_defined_where_only_one_answer_occurs():
    assert np.isnan(cohen_kappa(np.array([7.0] + [0] * 8)))
    assert np.isnan(krippendorff_alpha(np.array([[3.0, 0, 0], [2, 0, 0]])))


def test_a_unit_with_one_vote_changes_nothing():
    assert krippendorff_alpha(COUNTS) == krippendorff_alpha(COUNTS[COUNTS.sum(1) != 1])
