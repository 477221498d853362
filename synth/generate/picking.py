"""Which of some answers is the best. Arithmetic alone."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer with what it is worth to somebody; `content_key` decides between equals, the same way everywhere."""

    prompt: int
    response: int
    score: float
    content_key: bytes


@dataclass(frozen=True, slots=True)
class Placed:
    """Its place among those of its prompt: 1 is the best, and only one has it; equals share every other place."""

    response: int
    score: float
    place: int
    of: int

    @property
    def is_best(self) -> bool:
        return self.place == 1


def placed(answers: Iterable[Scored]) -> list[Placed]:
    """The answers to one prompt, best first."""
    ordered = sorted(answers, key=lambda each: (-each.score, each.content_key))
    places = [1 + max(at > 0, sum(other.score > each.score for other in ordered)) for at, each in enumerate(ordered)]
    return [Placed(each.response, each.score, place, len(ordered)) for each, place in zip(ordered, places, strict=True)]
