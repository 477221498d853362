"""A preference without its taste for length and style."""

import numpy as np
import pytest
from scipy.optimize import minimize

from synth.judges.style import Style, length_controlled, style_controlled, style_of

TEXT = """# Title

Some **bold words** here, and __more__.

- one
- two
1. three

```python
# no header
- no item
x = "**not bold**"
```

## End
"""


def test_style_is_counted_outside_code():
    assert style_of(TEXT) == Style(length=16, headers=2, lists=3, bold=2)
    assert style_of("") == Style(0, 0, 0, 0)
    assert style_of("~~~\n# never ended") == Style(0, 0, 0, 0)


def fitted(features: np.ndarray, won: np.ndarray) -> np.ndarray:
    """Intercept first: the likelihood's maximum, found by another way than the module's."""
    design = np.column_stack([np.ones(len(won)), features])

    def loss(weights: np.ndarray) -> float:
        logits = design @ weights
        return float(np.sum(np.logaddexp(0, logits) - won * logits))

    return minimize(loss, np.zeros(design.shape[1]), method="BFGS", options={"gtol": 1e-8}).x


def drawn(seed: int, n: int = 400) -> tuple[list[Style], list[Style], np.ndarray]:
    rng = np.random.default_rng(seed)
    a, b = ([Style(*map(int, row)) for row in rng.integers([20, 0, 0, 0], [400, 5, 12, 6], (n, 4))] for _ in "ab")
    longer = np.array([(x.length - y.length) / (x.length + y.length + 1) for x, y in zip(a, b, strict=True)])
    won = (rng.random(n) < 1 / (1 + np.exp(-(0.4 + 3 * longer)))).astype(float)
    won[::7] = 0.5
    return a, b, won


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_model_is_the_maximum_of_the_likelihood(seed):
    a, b, won = drawn(seed)
    first, second = (np.array([[x.length, x.headers, x.lists, x.bold] for x in side]) for side in (a, b))
    wanted = fitted((first - second) / (first + second + 1), won)
    found = style_controlled(a, b, won)
    assert list(found.effects.values()) == pytest.approx(wanted[1:], abs=1e-3)
    assert found.controlled == pytest.approx(1 / (1 + np.exp(-wanted[0])), abs=1e-3)
    assert (found.raw, found.n) == (pytest.approx(won.mean()), 400)


def test_a_length_controlled_win_rate_is_that_at_no_difference():
    a, b, won = drawn(3)
    first, second = [each.length for each in a], [each.length for each in b]
    differences = np.array(first) - np.array(second)
    wanted = fitted(np.tanh(differences / differences.std())[:, None], won)
    found = length_controlled(first, second, won)
    assert found.effects["length"] == pytest.approx(wanted[1], abs=1e-3)
    assert found.controlled == pytest.approx(1 / (1 + np.exp(-wanted[0])), abs=1e-3)


def test_a_judge_that_goes_by_length_alone_has_no_preference_left():
    rng = np.random.default_rng(0)
    a, b = rng.integers(150, 400, 2_000), rng.integers(20, 300, 2_000)  # a is mostly the longer one
    taste = 1 / (1 + np.exp(-3 * np.tanh((a - b) / (a - b).std())))
    found = length_controlled(list(a), list(b), list((rng.random(2_000) < taste).astype(float)))
    assert found.raw > 0.75
    assert found.controlled == pytest.approx(0.5, abs=0.06)


def test_without_differences_nothing_is_taken_away():
    assert length_controlled([5] * 10, [5] * 10, [1.0] * 7 + [0.0] * 3).controlled == pytest.approx(0.7, abs=1e-4)
    assert length_controlled([5, 6], [5, 5], [1, 1]).controlled == 1
    assert length_controlled([5, 6], [5, 5], [0, 0]).controlled == 0


@pytest.mark.parametrize(
    ("a", "b", "outcomes", "sentence"),
    [
        ([1], [1, 2], [1], "1 lengths of a and 2 of b"),
        ([1], [1], [1, 0], "2 outcomes and 1 pairs"),
        ([], [], [], "at least one"),
        ([1], [2], [2], "outside 0 to 1"),
    ],
)
def test_what_does_not_fit_is_refused(a, b, outcomes, sentence):
    with pytest.raises(ValueError, match=sentence):
        length_controlled(a, b, outcomes)
