"""Which requests go through the model together. Numbers only: no model, no tensors."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

# Sharing a prompt costs a second pass and copies; it has to save this much of the tokens.
WORTH_SHARING = 1.25
# A shorter one than this share of its batch's longest would be mostly padding.
LEAST_FILLED = 0.8

Ids = tuple[int, ...]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Group:
    """A prompt with its responses; `places` is where they stand among the requests."""

    prompt: Ids
    responses: tuple[Ids, ...]
    places: tuple[int, ...]

    @property
    def apart(self) -> int:
        """Tokens that go through the model where each response brings its prompt."""
        return len(self.prompt) * len(self.responses) + sum(map(len, self.responses))

    @property
    def together(self) -> int:
        """The last token of a response is predicted, never read."""
        return len(self.prompt) + sum(len(response) - 1 for response in self.responses)

    @property
    def is_worth_sharing(self) -> bool:
        return len(self.responses) > 1 and self.apart >= WORTH_SHARING * self.together


def grouped(requests: Iterable[tuple[int, Ids, Ids]]) -> list[Group]:
    """Requests (place, prompt, response) by their prompt, in the order of their first."""
    found: dict[Ids, list[tuple[int, Ids]]] = {}
    for place, prompt, response in requests:
        found.setdefault(prompt, []).append((place, response))
    return [
        Group(prompt, tuple(response for _, response in some), tuple(place for place, _ in some))
        for prompt, some in found.items()
    ]


def batched(
    rows: Sequence[Row], length: Callable[[Row], int], most: Callable[[int], int], least: int
) -> Iterator[list[Row]]:
    """Rows by length, the longest first, in batches.

    `most` says how many rows of that longest length fit, and is asked for each batch. Once a batch has `least` tokens
    it takes no row that would be much padding.
    """
    left = sorted(rows, key=length, reverse=True)
    while left:
        longest = max(1, length(left[0]))
        count = max(1, most(longest))
        end = 1
        while end < min(count, len(left)) and (end * longest < least or length(left[end]) >= LEAST_FILLED * longest):
            end += 1
        yield left[:end]
        left = left[end:]
