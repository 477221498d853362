"""Agreement beyond chance, from counts: Cohen's kappa and Krippendorff's nominal alpha.

The figures come from scikit-learn and krippendorff. A bootstrap draw needs thousands of them, so the same two formulas
are here over stacked matrices; tests hold them equal to the libraries.
"""

from math import isqrt

import numpy as np

from core.labels.verdicts import CHOICES, Floats

ROWS, COLUMNS = np.divmod(np.arange(CHOICES * CHOICES), CHOICES)
# Sums of weights such as 1/3 leave rounding where exact arithmetic leaves 0.
NOTHING = 1e-9


def cohen_kappa(confusion: Floats) -> float:
    """Cohen's kappa of two judges from their weighted confusion cells (9,); NaN where chance agreement is 1."""
    from sklearn.metrics import cohen_kappa_score  # seconds, which no process should pay for starting

    if np.isnan(cohen_kappas(confusion)):
        return float("nan")
    return float(cohen_kappa_score(ROWS, COLUMNS, sample_weight=confusion, labels=list(range(CHOICES))))


def cohen_kappas(confusions: Floats) -> Floats:
    """Cohen's kappa of each row of confusion cells (..., 9), row-major: (p_o - p_e) / (1 - p_e)."""
    cells = confusions.reshape(*confusions.shape[:-1], CHOICES, CHOICES)
    total = cells.sum((-1, -2))
    same = np.trace(cells, axis1=-2, axis2=-1)
    by_chance = (cells.sum(-1) * cells.sum(-2)).sum(-1)
    return _quotient(total * same - by_chance, total**2 - by_chance, total**2)


def krippendorff_alpha(counts: Floats) -> float:
    """Nominal alpha from how many people chose what in each unit (units, c); NaN where only one answer occurs."""
    import krippendorff

    paired = counts[counts.sum(1) >= 2]
    if np.count_nonzero(paired.sum(0)) < 2:
        return float("nan")
    return float(krippendorff.alpha(value_counts=paired, level_of_measurement="nominal"))


def coincidences(counts: Floats) -> Floats:
    """What each unit of 2 or more votes adds to alpha: from its counts (units, c), its cells (units, c * c)."""
    units, choices = counts.shape
    pairs: Floats = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(choices)
    pairs /= (counts.sum(1) - 1)[:, None, None]
    return pairs.reshape(units, choices * choices)


def krippendorff_alphas(coincidence: Floats) -> Floats:
    """Nominal alpha of each row of summed coincidence cells (..., c * c): 1 - D_o / D_e."""
    choices = isqrt(coincidence.shape[-1])
    cells = coincidence.reshape(*coincidence.shape[:-1], choices, choices)
    marginal = cells.sum(-1)
    total = marginal.sum(-1)
    observed = total - np.trace(cells, axis1=-2, axis2=-1)
    expected = total**2 - (marginal**2).sum(-1)
    return 1 - _quotient((total - 1) * observed, expected, total**2)


def _quotient(part: Floats, whole: Floats, scale: Floats) -> Floats:
    some = whole > NOTHING * np.maximum(scale, 1)
    return np.where(some, part / np.where(some, whole, 1), np.nan)
