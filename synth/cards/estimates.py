"""A figure with its interval and n. What cannot be told is None with a reason, never 0."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

DIGITS = 6


@dataclass(frozen=True, slots=True)
class Estimate:
    """`low` to `high` is the 95 % interval. `applies` False: the question makes no sense for this judge."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str = ""
    applies: bool = True

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON takes it; what is usual is left out."""
        plain = asdict(self)
        usual = {"reason": "", "applies": True}
        return {name: of for name, of in plain.items() if name not in usual or of != usual[name]}


def unknown(reason: str, *, applies: bool = True) -> Estimate:
    return Estimate(None, None, None, 0, reason, applies)


def share(hits: int, n: int, reason: str) -> Estimate:
    """A share with the Wilson interval (Wilson 1927, without continuity correction), by scipy."""
    if not n:
        return unknown(reason)
    from scipy.stats import binomtest

    interval = binomtest(hits, n).proportion_ci(confidence_level=0.95, method="wilson")
    return Estimate(round(hits / n, DIGITS), round(float(interval.low), DIGITS), round(float(interval.high), DIGITS), n)


def mean(values: Sequence[float], reason: str, *, times: float = 1.0) -> Estimate:
    """The mean, with the t interval of a mean; times a factor. One value has no interval."""
    n = len(values)
    if not n:
        return unknown(reason)
    middle = sum(values) / n
    if n == 1:
        return Estimate(round(middle * times, DIGITS), None, None, 1)
    from scipy.stats import t

    deviation = sqrt(sum((value - middle) ** 2 for value in values) / (n - 1))
    half = float(t.ppf(0.975, n - 1)) * deviation / sqrt(n)
    low, high = (max(0.0, middle - half) if min(values) >= 0 else middle - half), middle + half
    return Estimate(round(middle * times, DIGITS), round(low * times, DIGITS), round(high * times, DIGITS), n)


@dataclass(frozen=True, slots=True)
class Paired:
    """Two judges on the same items. `p`: McNemar's exact two-sided test; None where they differ on none."""

    both: int
    only_first: int
    only_second: int
    neither: int
    p: float | None

    @property
    def n(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither


def paired(first: Sequence[bool], second: Sequence[bool]) -> Paired:
    """Of items in the same order, who was right (McNemar 1947, exact: binomial over those on which they differ)."""
    pairs = list(zip(first, second, strict=True))
    counts = {cell: pairs.count(cell) for cell in ((True, True), (True, False), (False, True), (False, False))}
    differ = counts[True, False] + counts[False, True]
    p = None
    if differ:
        from scipy.stats import binomtest

        p = float(binomtest(counts[True, False], differ).pvalue)
    return Paired(counts[True, True], counts[True, False], counts[False, True], counts[False, False], p)


def difference(pairs: Paired) -> Estimate:
    """By how much the second is right more often, with the Wald interval of paired shares (Agresti and Min 2005).

    The interval takes one half more in each of the four cells, so that it is not empty where nothing differs.
    """
    if not pairs.n:
        return unknown("The two have no gold item in common.")
    n, gained, lost = pairs.n + 2, pairs.only_second + 0.5, pairs.only_first + 0.5
    middle = (gained - lost) / n
    half = 1.959964 * sqrt(gained + lost - (gained - lost) ** 2 / n) / n
    value = (pairs.only_second - pairs.only_first) / pairs.n
    return Estimate(round(value, DIGITS), round(middle - half, DIGITS), round(middle + half, DIGITS), pairs.n)
