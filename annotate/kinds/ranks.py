"""Ranks as they are stored: 1 is best, equal ones tie, and after two that tie at 1 comes 3."""

from collections.abc import Sequence


def ranks_by(numbers: Sequence[float]) -> list[int]:
    """The rank of each, where the smallest number is the best."""
    return [1 + sum(other < number for other in numbers) for number in numbers]


def ranks_of_scores(numbers: Sequence[float]) -> list[int] | None:
    """By slot, the highest number first; None of a single response, which nothing is compared with."""
    return ranks_by([-number for number in numbers]) if len(numbers) > 1 else None
