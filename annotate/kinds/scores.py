"""What numbers of each response say about which is better."""

from collections.abc import Sequence


def ranks_of(numbers: Sequence[float]) -> list[int] | None:
    """By slot, the highest number first, equal ones tie; None of a single response, which nothing is compared with."""
    if len(numbers) < 2:
        return None
    steps = sorted(set(numbers), reverse=True)
    return [steps.index(number) + 1 for number in numbers]
