"""Where code stands in text as it was written, markers included."""

import re
from collections.abc import Iterator
from itertools import accumulate

from core.rendering import MOST_CHARACTERS, markdown

RUN = re.compile(r"(?<!\\)`+")
LINE = re.compile(r"(?<!`)(`+)(?!`)(?:[^`]|(?!\1(?!`))`+)*?(?<!`)\1(?!`)")
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")

Place = tuple[int, int]


def code_places(text: str) -> list[Place]:
    """From and up to which character, in order and without overlap: blocks of code, and code within a line.

    Indented blocks count where Markdown says so. In a very long text none is looked for.
    """
    if len(text) > MOST_CHARACTERS:
        return []
    blocks = _blocks(text)
    inline = [
        (start + first, start + last)
        for start, end in _between(blocks, len(text))
        for first, last in _within(text[start:end])
    ]
    return sorted([*blocks, *inline])


def _within(text: str) -> Iterator[Place]:
    """From a run of backticks to the next one of its length, as Markdown reads them; all in one go."""
    runs = [found.span() for found in RUN.finditer(text)]
    later: dict[int, int] = {}
    closing: list[int | None] = []
    for start, end in reversed(runs):
        closing.append(later.get(end - start))
        later[end - start] = end
    behind = 0
    for (start, _), closes in zip(runs, reversed(closing), strict=True):
        if closes is not None and start >= behind:
            yield start, closes
            behind = closes


def _blocks(text: str) -> list[Place]:
    starts = [0, *accumulate(map(len, LINE.findall(text)))]
    last = len(starts) - 1
    tokens = markdown(True).parse(text)
    lines = [token.map for token in tokens if token.type in ("fence", "code_block") and token.map]
    return [(starts[min(first, last)], starts[min(end, last)]) for first, end in lines]


def _between(blocks: list[Place], length: int) -> list[Place]:
    edges = [0, *(edge for block in blocks for edge in block), length]
    return list(zip(edges[::2], edges[1::2], strict=True))
