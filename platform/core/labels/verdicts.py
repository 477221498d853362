"""Verdicts on pairs, in columns: what agreement is computed from."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

FIRST, SECOND, TIE = 0, 1, 2
CHOICES = 3

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Counted verdicts on comparisons of two responses, one row each; five arrays of shape (n,).

    `choice` is by canonical slot, not by the order shown: 0 the first is better, 1 the second, 2 a tie or both bad.
    `sample` counts a judge's repeats on the comparison.

    Raises ValueError when the columns differ in length or a choice is none of the three.
    """

    prompt: Ints
    comparison: Ints
    sample: Ints
    judge: Ints
    choice: Ints

    def __post_init__(self) -> None:
        if len({getattr(self, field.name).shape for field in fields(self)}) > 1 or self.choice.ndim != 1:
            raise ValueError("The columns of Verdicts differ in shape. Give five arrays of one length.")
        if self.choice.size and not (self.choice.min() >= FIRST and self.choice.max() <= TIE):
            raise ValueError("A verdict's choice is outside 0, 1 and 2. Leave out unreadable and skipped verdicts.")

    def __len__(self) -> int:
        return len(self.choice)


def codes(values: Ints) -> Ints:
    """Number the distinct values 0..m-1 in ascending order; shape (n,)."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def sums(rows: Floats, group: Ints, groups: int) -> Floats:
    """Add the rows (n, c) of each group 0..groups-1; shape (groups, c)."""
    columns = [np.bincount(group, weights=column, minlength=groups) for column in rows.T]
    return np.stack(columns, axis=1)


def shares(choice: Ints, group: Ints, groups: int, weight: Floats | None = None) -> Floats:
    """Add up, for each group, the weight (1 a row where none is given) on each of the three choices; (groups, 3)."""
    cells = np.bincount(group * CHOICES + choice, weights=weight, minlength=groups * CHOICES)
    return cells.reshape(groups, CHOICES).astype(np.float64)
