"""Who can be compared with whom: verdicts gathered by unit, and the pairs of judges within each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.labels.verdicts import CHOICES, SECOND, TIE, Floats, Ints, Verdicts, codes, shares, sums


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """The verdicts of units in which at least two judges spoke, sorted by unit and judge.

    Rows: `unit`, `judge` and `choice` (n,), `weight` (n,) = 1 / the judge's verdicts in the unit. `prompt` (units,)
    numbers the prompts 0..prompts-1; `judges` (n_judges,) holds the ids behind the numbers in `judge`.
    """

    unit: Ints
    judge: Ints
    choice: Ints
    weight: Floats
    prompt: Ints
    judges: Ints

    @property
    def units(self) -> int:
        return len(self.prompt)

    @property
    def prompts(self) -> int:
        return int(self.prompt.max(initial=-1)) + 1

    @property
    def counts(self) -> Floats:
        """How many judges chose what, by unit (units, 3)."""
        return shares(self.choice, self.unit, self.units, self.weight)


def comparison_units(verdicts: Verdicts) -> Ints:
    """Number the units in which machines meet: the comparison; shape (n,)."""
    return codes(verdicts.comparison)


def sample_units(verdicts: Verdicts) -> Ints:
    """Number the units in which people meet: (comparison, sample); shape (n,)."""
    sample = codes(verdicts.sample)
    return codes(codes(verdicts.comparison) * (sample.max(initial=0) + 1) + sample)


def pair_up(verdicts: Verdicts, unit: Ints) -> Paired:
    """Keep the units (numbered by row, shape (n,)) in which two or more judges spoke."""
    order = np.lexsort((verdicts.judge, unit))
    unit, judge = unit[order], verdicts.judge[order]
    first = _first_of_run(unit, judge)
    voices = np.bincount(unit, weights=first)
    kept = voices[unit] >= 2
    order = order[kept]
    run = np.cumsum(first[kept]) - 1
    return Paired(
        unit=codes(unit[kept]),
        judge=codes(judge[kept]),
        choice=verdicts.choice[order].astype(np.int64),
        weight=1 / np.bincount(run)[run],
        prompt=codes(verdicts.prompt[order][_first_of_run(unit[kept])]),
        judges=np.unique(judge[kept]),
    )


def pair_sums(paired: Paired) -> Floats:
    """Count pairs of different judges by unit: agreeing, all, agreeing and untied, all untied; shape (units, 4).

    Every pair of judges weighs 1 in a unit, spread over their repeats there. Untied pairs are those in which neither
    judge tied. Sums over pairs come from squared totals less the squares of each judge with itself.
    """
    first = _first_of_run(paired.unit, paired.judge)
    run = np.cumsum(first) - 1
    voice = shares(paired.choice, run, int(first.sum()), paired.weight)
    unit = paired.unit[first]
    sided = voice[:, :TIE].sum(1, keepdims=True)
    each = np.hstack([voice, sided, np.ones_like(sided)])
    same, untied_pairs, pairs = np.split(
        (sums(each, unit, paired.units) ** 2 - sums(each**2, unit, paired.units)) / 2, [CHOICES, CHOICES + 1], axis=1
    )
    agreeing, agreeing_untied = same.sum(1, keepdims=True), same[:, : SECOND + 1].sum(1, keepdims=True)
    return np.hstack([agreeing, pairs, agreeing_untied, untied_pairs])


@dataclass(frozen=True, slots=True, eq=False)
class Meetings:
    """Every meeting of two judges in a unit, one row each (m,): which pair, on which prompt, which of the 9 cells.

    `pairs` (p, 2) holds the judges' numbers, the lower first; its verdict is the row of the confusion.
    """

    pair: Ints
    prompt: Ints
    cell: Ints
    pairs: Ints

    def confusions(self, weight: Floats | None = None) -> Floats:
        """Add up the confusion cells of each pair of judges, prompts weighing `weight` (prompts,); shape (p, 9)."""
        cells = CHOICES * CHOICES
        by_row = None if weight is None else weight[self.prompt]
        flat = np.bincount(self.pair * cells + self.cell, weights=by_row, minlength=len(self.pairs) * cells)
        return flat.reshape(len(self.pairs), cells).astype(np.float64)


def meetings(paired: Paired, at_least: int) -> Meetings:
    """List the meetings of those pairs of judges that have at least so many units in common."""
    left, right = _rows_that_meet(paired.unit)
    known, pair = np.unique(paired.judge[left] * len(paired.judges) + paired.judge[right], return_inverse=True)
    often = np.bincount(pair, minlength=len(known)) >= at_least
    kept = often[pair]
    left, right, pair = left[kept], right[kept], pair[kept]
    return Meetings(
        pair=(np.cumsum(often) - 1)[pair],
        prompt=paired.prompt[paired.unit[left]],
        cell=(paired.choice[left] * CHOICES + paired.choice[right]).astype(np.int8),
        pairs=np.stack(np.divmod(known[often], max(len(paired.judges), 1)), axis=1),
    )


def _rows_that_meet(unit: Ints) -> tuple[Ints, Ints]:
    """Index all pairs of rows within runs of one unit; the work is the number of pairs, not rows times longest run."""
    # A million verdicts can meet ten million times, so the indices are kept small.
    end = np.searchsorted(unit, unit, side="right").astype(np.int32)
    left: Ints = np.arange(len(unit), dtype=np.int32)
    lefts, rights, step = [left[:0]], [left[:0]], 1
    while len(left := left[left + step < end[left]]):
        lefts.append(left)
        rights.append(left + step)
        step += 1
    return np.concatenate(lefts), np.concatenate(rights)


def _first_of_run(*sorted_columns: Ints) -> NDArray[np.bool_]:
    first = np.ones(len(sorted_columns[0]), dtype=np.bool_)
    first[1:] = False
    for column in sorted_columns:
        first[1:] |= column[1:] != column[:-1]
    return first
