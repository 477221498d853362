"""A probability from the log-probabilities of one letter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from synth.backends.protocol import Place

# A, B, and C for neither.
CHOICES = ("A", "B", "C")


@dataclass(frozen=True, slots=True)
class Soft:
    """`first` is the probability that the response shown first wins, ties half; `mass` what the letters have of all."""

    first: float
    mass: float


def soft_choice(places: Sequence[Place]) -> Soft | None:
    """From the first token that is no blank: (p(A) + ½ p(C)) / (p(A) + p(B) + p(C)).

    None where the server told no probabilities, or that token is none of the letters.
    """
    place = next((each for each in places if each.token.strip()), None)
    if place is None or _letter(place.token) is None:
        return None
    mass = _masses({place.token: place.logprob, **place.top})
    whole = sum(mass.values())
    return Soft((mass["A"] + mass["C"] / 2) / whole, min(1.0, whole)) if whole > 0 else None


def _masses(tokens: Mapping[str, float]) -> dict[str, float]:
    """Of each letter, however the tokenizer spells it: “A” and “ A” are one."""
    mass = dict.fromkeys(CHOICES, 0.0)
    for token, logprob in tokens.items():
        if letter := _letter(token):
            mass[letter] += exp(min(0.0, logprob))
    return mass


def _letter(token: str) -> str | None:
    bare = token.strip(" \n\t\"'▁Ġ[(")
    return bare if bare in CHOICES else None
