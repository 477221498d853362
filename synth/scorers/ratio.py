"""The density ratio of two models over one response (CDR, arXiv 2411.02481), whatever their tokenizers."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from typing import Literal

from core.errors import PrefereeError

Normalisation = Literal["sum", "per_token", "per_char"]


class MisalignedTokens(PrefereeError):
    """The two sides do not cover the same text, so that no ratio of them means anything."""


@dataclass(frozen=True, slots=True)
class Logprobs:
    """What one model said of a response: a log-probability in nats for each token, and before which Unicode code point
    of the text it ends.

    Ends never fall: several tokens may share one character, and some may have none. A token that ends the turn stands
    behind the text, at one more than its length.
    """

    values: tuple[float, ...]
    ends: tuple[int, ...]

    @property
    def total(self) -> float:
        """In nats, summed exactly, so that the order of the tokens cannot matter."""
        return fsum(self.values)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Both sums in nats with their numbers of tokens; every scale in use derives from them. `chars` is code points."""

    sum_strong: float
    n_strong: int
    sum_weak: float
    n_weak: int
    chars: int

    @property
    def sum(self) -> float:
        """In nats a response, as in the paper's code."""
        return self.sum_strong - self.sum_weak

    @property
    def per_token(self) -> float:
        """In nats a token, each side by its own number of tokens."""
        return self.sum_strong / self.n_strong - self.sum_weak / self.n_weak

    @property
    def per_char(self) -> float:
        """In nats a code point, which two tokenizers share."""
        return self.sum / self.chars

    def by(self, normalisation: Normalisation) -> float:
        return {"sum": self.sum, "per_token": self.per_token, "per_char": self.per_char}[normalisation]


@dataclass(frozen=True, slots=True)
class Piece:
    """The shortest stretch of text on which both sides have whole tokens; it ends before the code point `end`."""

    end: int
    ratio: float


def density_ratio(strong: Logprobs, weak: Logprobs, chars: int) -> Ratio:
    """log p_strong - log p_weak of the same response (CDR, arXiv 2411.02481): its parts in nats, tokens, code points.

    Raises MisalignedTokens when the two sides cover different text, and PrefereeError where a token is impossible to
    one of the models (-inf) or there is no token at all.
    """
    _check(strong, weak, chars)
    return Ratio(strong.total, len(strong.values), weak.total, len(weak.values), chars)


def pieces(strong: Logprobs, weak: Logprobs) -> list[Piece]:
    """The log-ratio over the text in nats: it is cut wherever a token ends on both sides. Their sum is Ratio.sum.

    Raises MisalignedTokens when the two sides end at different places.
    """
    if strong.ends[-1:] != weak.ends[-1:]:
        raise MisalignedTokens("The two models' tokens do not end at the same place in the text.")
    cuts = sorted(set(strong.ends) & set(weak.ends) - {0})
    sides = zip(_sums(strong, cuts), _sums(weak, cuts), strict=True)
    return [Piece(end, one - other) for end, (one, other) in zip(cuts, sides, strict=True)]


def _check(strong: Logprobs, weak: Logprobs, chars: int) -> None:
    for name, side in (("strong", strong), ("weak", weak)):
        if not side.values or not chars:
            raise PrefereeError(f"The {name} model has no token of this response, so it has no density ratio.")
        if len(side.values) != len(side.ends):
            raise MisalignedTokens(
                f"The {name} model told {len(side.values)} log-probabilities for {len(side.ends)} tokens."
            )
        if not all(map(isfinite, side.values)):
            raise PrefereeError(
                f"A token of this response is impossible to the {name} model (its log-probability is minus infinity), "
                "so it has no density ratio."
            )
    if strong.ends[-1] != weak.ends[-1]:
        raise MisalignedTokens(
            f"The strong model's tokens cover {strong.ends[-1]} characters and the weak model's {weak.ends[-1]}, so no "
            "ratio of them means anything."
        )


def _sums(side: Logprobs, cuts: Sequence[int]) -> list[float]:
    """By cut, the sum over the tokens that end there or before, and after the cut before it."""
    found: list[list[float]] = [[] for _ in cuts]
    at = 0
    for value, end in zip(side.values, side.ends, strict=True):
        while cuts[at] < end:
            at += 1
        found[at].append(value)
    return [fsum(values) for values in found]
