"""A total from some of the prompts: exact where all were counted, else from a sample, with a 95 % interval."""

from dataclasses import dataclass
from math import floor, log10, sqrt
from typing import Self

NORMAL_95 = 1.959964
DIGITS, WHOLE_FROM = 3, 10


class About(float):
    """An estimated number with its interval; written “about 560,000 (555,000 to 565,000)”."""

    low: float
    high: float

    def __new__(cls, value: float, low: float, high: float) -> Self:
        number = super().__new__(cls, value)
        number.low, number.high = low, high
        return number

    def times(self, factor: float) -> "About":
        return About(self * factor, self.low * factor, self.high * factor)

    def __format__(self, spec: str) -> str:
        value, low, high = (_rounded(each, self) for each in (float(self), self.low, self.high))
        return f"about {value:{spec}} ({low:{spec}} to {high:{spec}})"


@dataclass(slots=True)
class Sum:
    """What prompts come to, one after the other."""

    total: int = 0
    squares: int = 0

    def add(self, count: int) -> None:
        self.total += count
        self.squares += count * count

    def over(self, *, seen: int, prompts: int) -> float:
        """The total over all `prompts`, of which `seen` were drawn at random without replacement.

        The interval is the normal one of a mean in a finite population; what was seen is there at least.
        """
        if seen >= prompts:
            return self.total
        mean = self.total / seen
        variance = max(0.0, self.squares / seen - mean * mean) * seen / max(1, seen - 1)
        half = NORMAL_95 * sqrt(variance / seen * (1 - seen / prompts)) * prompts
        value = mean * prompts
        return About(value, max(float(self.total), value - half), value + half)


def scaled(number: float, factor: float) -> float:
    return number.times(factor) if isinstance(number, About) else number * factor


def _rounded(number: float, like: float) -> float:
    """To three digits of `like`, so that an interval is as fine as what it encloses; whole from ten on."""
    places = DIGITS - 1 - floor(log10(abs(like))) if like else 0
    rounded = round(number, min(places, 0) if abs(like) >= WHOLE_FROM else places)
    return int(rounded) if float(rounded).is_integer() else rounded
