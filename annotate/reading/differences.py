"""Where two answers differ, word by word. Knows nothing of Django.

Words are compared, spaces are not; scripts that are written without spaces are compared character by character, code by
its names and signs. What comparing costs grows with the square of the words, so long texts are compared by lines, and
very long ones not at all.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate, groupby

from core.lengths import UNSPACED

MOST_WORDS, MOST_LINES = 5_000, 2_000
# Steps of the search for common runs, which somebody could write texts for; that many take a second or two.
MOST_STEPS = 1_500_000
WORD = re.compile(rf"{UNSPACED.pattern}|(?:(?!{UNSPACED.pattern})\w)+|[^\w\s]|\s+")
TOO_LONG = "These answers are too long to be compared word by word. Read them side by side."
BY_LINES = "These answers are long, so whole lines are compared."
EQUAL = "The two answers are the same, but for spaces and line breaks at most."


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of one side: in both, or only there."""

    text: str
    only: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of the way from one text to the other: same, removed or added."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Differences:
    """Both sides in full, as pieces; empty where the texts are too long. `said` is a sentence, where one is needed."""

    one: Sequence[Piece] = ()
    other: Sequence[Piece] = ()
    said: str = ""

    @property
    def count(self) -> int:
        return sum(piece.only for piece in (*self.one, *self.other))


Edit = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Compared:
    one: Sequence[str]
    other: Sequence[str]
    edits: Sequence[Edit]
    said: str


class _TooMuch(Exception):
    """The search would take longer than anybody waits."""


class _Bounded(SequenceMatcher[str]):
    """Gives up after MOST_STEPS: a search that goes wrong takes the cube of the words."""

    def __init__(self, one: Sequence[str], other: Sequence[str]) -> None:
        super().__init__(None, one, other, autojunk=False)
        often = Counter(other)
        self._upto = [0, *accumulate(1 + often[each] for each in one)]
        self._left = MOST_STEPS

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        self._left -= self._upto[-1 if ahi is None else ahi] - self._upto[alo]
        if self._left < 0:
            raise _TooMuch
        return super().find_longest_match(alo, ahi, blo, bhi)


def differences(one: str, other: str) -> Differences:
    compared = _compared(one, other)
    if compared is None:
        return Differences(said=TOO_LONG)
    edits = compared.edits
    return Differences(
        one=_joined((_text(compared.one, i1, i2), tag != "equal") for tag, i1, i2, _, _ in edits),
        other=_joined((_text(compared.other, j1, j2), tag != "equal") for tag, _, _, j1, j2 in edits),
        said=EQUAL if all(tag == "equal" for tag, *_ in edits) else compared.said,
    )


def changes(before: str, after: str) -> tuple[list[Step], str]:
    """One text in which what was removed and what was added stand beside each other, and a sentence or nothing."""
    compared = _compared(before, after)
    if compared is None:
        return [], TOO_LONG
    old, new = compared.one, compared.other
    steps: list[Step] = []
    for tag, i1, i2, j1, j2 in compared.edits:
        if tag == "equal":
            steps.append(Step("same", _text(new, j1, j2)))
            continue
        steps += [Step("removed", _text(old, i1, i2))] if i2 > i1 else []
        steps += [Step("added", _text(new, j1, j2))] if j2 > j1 else []
    return steps, compared.said


def _compared(one: str, other: str) -> _Compared | None:
    """By words, or by lines with a sentence that says so; None where both are too many."""
    by_words = _tried(_words(one), _words(other), MOST_WORDS, "")
    return by_words or _tried(one.splitlines(keepends=True), other.splitlines(keepends=True), MOST_LINES, BY_LINES)


def _tried(one: Sequence[str], other: Sequence[str], most: int, said: str) -> _Compared | None:
    if max(len(one), len(other)) > most:
        return None
    bare = [[token.strip() for token in side] for side in (one, other)]
    try:
        return _Compared(one, other, _Bounded(*bare).get_opcodes(), said)
    except _TooMuch:
        return None


def _words(text: str) -> list[str]:
    """Each with the spaces behind it; those before the first are a word of their own."""
    words: list[str] = []
    for token in WORD.findall(text):
        if token.isspace() and words:
            words[-1] += token
        else:
            words.append(token)
    return words


def _text(tokens: Sequence[str], start: int, end: int) -> str:
    return "".join(tokens[start:end])


def _joined(pieces: Iterator[tuple[str, bool]]) -> list[Piece]:
    """Neighbours of one kind as one piece; what is empty is left out."""
    full = (piece for piece in pieces if piece[0])
    return [Piece("".join(text for text, _ in same), only) for only, same in groupby(full, key=lambda piece: piece[1])]
