"""What is left of a preference when length and style are taken out of it (methods.md, section 3)."""

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CODE = re.compile(r"^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
HEADER = re.compile(r"^ {0,3}#{1,6}\s", re.MULTILINE)
ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s", re.MULTILINE)
BOLD = re.compile(r"\*\*(?=\S)[^*\n]+(?<=\S)\*\*|__(?=\S)[^_\n]+(?<=\S)__")
# So weak that it only keeps verdicts that style separates wholly from driving a coefficient to infinity.
RIDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Style:
    """Of a text without its code blocks: words, headers, list items, bold passages."""

    length: int
    headers: int
    lists: int
    bold: int


@dataclass(frozen=True, slots=True)
class Controlled:
    """The preference for side a, 0 to 1: `raw` as judged, `controlled` where nothing but the answers differed.

    `effects` are the coefficients of the logistic model by name, in logits a unit of its feature.
    """

    raw: float
    controlled: float
    effects: dict[str, float]
    n: int


def style_of(text: str) -> Style:
    plain = CODE.sub("", text)
    patterns = (HEADER, ITEM, BOLD)
    return Style(len(plain.split()), *(len(pattern.findall(plain)) for pattern in patterns))


def style_controlled(a: Sequence[Style], b: Sequence[Style], outcomes: Sequence[float]) -> Controlled:
    """logit P(a wins) = β₀ + Σ β_f (a_f − b_f)/(a_f + b_f + 1) over the features of Style; controlled is at 0 for all.

    `outcomes` are 1 where a won, 0 where b did and ½ for a tie, one for each pair of styles. Raises ValueError where
    their numbers differ or there is none.
    """
    left, right = (np.array([astuple(each) for each in side], float).reshape(-1, len(fields(Style))) for side in (a, b))
    if left.shape != right.shape:
        raise ValueError(f"There are {len(left)} styles of a and {len(right)} of b. Give one of each for a pair.")
    names = [field.name for field in fields(Style)]
    return _controlled(names, (left - right) / (left + right + 1), outcomes)


def length_controlled(a: Sequence[int], b: Sequence[int], outcomes: Sequence[float]) -> Controlled:
    """logit P(a wins) = β₀ + β₁ tanh((len_a − len_b)/sd), sd that of the differences; controlled is at difference 0.

    This is the length-controlled win rate of AlpacaEval 2 without its term for difficulty, which needs many models.
    Lengths are in any unit. `outcomes` and errors are as for `style_controlled`.
    """
    if len(a) != len(b):
        raise ValueError(f"There are {len(a)} lengths of a and {len(b)} of b. Give one of each for a pair.")
    differences = np.array(a, float) - np.array(b, float)
    spread = float(differences.std()) if len(differences) else 0.0
    return _controlled(["length"], np.tanh(differences / (spread or 1.0))[:, None], outcomes)


def _controlled(names: Sequence[str], features: Floats, outcomes: Sequence[float]) -> Controlled:
    won = np.array(outcomes, float)
    if len(won) != len(features) or not len(won):
        raise ValueError(
            f"There are {len(won)} outcomes and {len(features)} pairs. Give one for each, and at least one."
        )
    if won.min() < 0 or won.max() > 1:
        raise ValueError("An outcome is outside 0 to 1. Write 1 where a won, 0 where b did, 0.5 for a tie.")
    intercept, effects = _fitted(features, won)
    controlled = float(1 / (1 + np.exp(-intercept)))
    return Controlled(float(won.mean()), controlled, dict(zip(names, map(float, effects), strict=True)), len(won))


def _fitted(features: Floats, won: Floats) -> tuple[float, Floats]:
    """Intercept and coefficients; a tie is half a win of each side."""
    if len(set(won)) == 1 and won[0] in (0, 1):  # no model can tell what would take away from unanimity
        return float(np.inf if won[0] else -np.inf), np.zeros(features.shape[1])
    from sklearn.linear_model import LogisticRegression

    twice: Any = np.vstack([features, features])
    sides = np.repeat([1, 0], len(won))
    weights = np.concatenate([won, 1 - won])
    model = LogisticRegression(C=1 / RIDGE, tol=1e-10, max_iter=10_000)
    model.fit(twice[weights > 0], sides[weights > 0], sample_weight=weights[weights > 0])
    return float(model.intercept_[0]), model.coef_[0]
