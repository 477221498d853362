"""Which characters of a rendered text stand for which of its source: marks are made on one and stored in the other.

Everything counts in Unicode code points. Markup has no counterpart, and formulas and images have none that one could
point into.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from markdown_it.token import Token

from annotate.reading.markup import Piece, pieces_of
from core.rendering import MOST_CHARACTERS, markdown

# In the place of what nobody can point into: no text has it, for the parser replaces it.
APART = "\0"
Run = tuple[int, int, int, int]


@lru_cache(maxsize=256)
def runs_of(source: str, html: str) -> Sequence[Run]:
    """Runs (shown, written, n, m): n characters from `shown` on stand for m characters of the source from `written`.

    Where n and m are equal the characters are, one by one; where not, they stand for each other as a whole, like an
    entity. `html` is the source as `core.rendering` shows it. Sorted both ways; what lies between is markup.
    """
    shown = text_of(html)
    plain, stored_at = _normalised(source)
    pieces = [_whole(plain)] if len(source) > MOST_CHARACTERS else _pieces(plain)
    return _joined(_found(pieces, shown), stored_at)


def _normalised(source: str) -> tuple[str, Sequence[int]]:
    """With the line ends that the parser sees, and where each of its characters is stored."""
    if "\r" not in source:
        return source.replace(APART, "\ufffd"), range(len(source) + 1)
    ends = {match.start(): match.end() for match in re.finditer(r"\r\n", source)}
    stored_at = [at for at in range(len(source)) if at - 1 not in ends]
    return "".join("\n" if source[at] == "\r" else source[at] for at in stored_at), [*stored_at, len(source)]


class _Words(HTMLParser):
    """The text of a page as a browser counts it. The words in the place of an image have the only bare `span`."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.apart = 0
        self.is_new_pre = False

    def handle_starttag(self, tag: str, attrs: Sequence[object]) -> None:
        self.apart += tag == "math" or (tag == "span" and (not attrs or self.apart > 0))
        self.is_new_pre = tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        self.apart -= tag in ("math", "span") and self.apart > 0
        self.is_new_pre = False

    def handle_data(self, data: str) -> None:
        if self.is_new_pre and data.startswith("\n"):
            data = data[1:]
        self.is_new_pre = False
        self.words.append(APART * len(data) if self.apart else data)


def text_of(html: str) -> str:
    """What is shown, as a browser counts it; APART in the place of formulas and images."""
    words = _Words()
    words.feed(html)
    words.close()
    return "".join(words.words).replace("\r\n", "\n")


def _whole(text: str) -> Piece:
    """As it was written; a browser drops the end of an empty first line."""
    first = int(text.startswith("\n"))
    return Piece(text[first:], [(at, at + 1) for at in range(first, len(text))])


def _pieces(source: str) -> list[Piece]:
    """The words that are shown, block by block, with offsets into the source."""
    lines = _Lines(source)
    return [piece for token in markdown(True).parse(source, {}) for piece in _pieces_in(token, lines)]


def _pieces_in(token: Token, lines: "_Lines") -> Iterator[Piece]:
    if token.map is None:
        return
    if token.type in ("fence", "code_block"):
        yield from lines.code(token)
    elif token.type == "inline":
        spots = lines.spots(token.content, token.map)
        for piece in pieces_of(token.content, token.children or ()):
            yield Piece(piece.text, [_moved(spot, spots) for spot in piece.spots], piece.loose)


def _moved(spot: tuple[int, int], spots: Sequence[int]) -> tuple[int, int]:
    start, end = spot
    return (spots[start], spots[end - 1] + 1) if start < end else (-1, -1)


@dataclass(slots=True)
class _Lines:
    """The lines of a source; cells of a table are looked for one after the other."""

    source: str
    starts: list[int]
    row: tuple[int, int]

    def __init__(self, source: str) -> None:
        self.source = source
        self.starts = [0, *(match.end() for match in re.finditer("\n", source))]
        self.row = (-1, 0)

    def _bounds(self, number: int) -> tuple[int, int]:
        start = self.starts[number] if number < len(self.starts) else len(self.source)
        end = self.starts[number + 1] - 1 if number + 1 < len(self.starts) else len(self.source)
        return start, end

    def spots(self, content: str, among: Sequence[int]) -> list[int]:
        """Where each character of a block's content is; a block keeps the ends of its lines, not their beginnings."""
        spots: list[int] = []
        for number, line in enumerate(content.split("\n"), start=among[0]):
            spots += self._in_line(line, number)
            spots.append(self._bounds(number)[1])
        return spots[: len(content)]

    def _in_line(self, line: str, number: int) -> list[int]:
        start, end = self._bounds(number)
        begin = max(start, self.row[1]) if self.row[0] == number else start
        words = line.strip()
        at = self.source.find(words, begin, end)
        if at >= 0:
            self.row = (number, at + len(words))
            at -= len(line) - len(line.lstrip())
            return list(range(at, at + len(line)))
        return self._one_by_one(line, number, begin, end)

    def _one_by_one(self, line: str, number: int, begin: int, end: int) -> list[int]:
        """A cell in which a bar is written with a backslash, or a line with tabs."""
        spots: list[int] = []
        for letter in line:
            at = self.source.find(letter, begin, end)
            begin = at + 1 if at >= 0 else begin
            spots.append(at if at >= 0 else begin)
        self.row = (number, begin)
        return spots

    def code(self, token: Token) -> Iterator[Piece]:
        first, _ = token.map or (0, 0)
        for number, line in enumerate(token.content.split("\n"), start=first + (token.type == "fence")):
            words = line.lstrip(" \t") if "\t" in line else line
            start, end = self._bounds(number)
            at = end - len(words)
            if words and at >= start and self.source.startswith(words, at):
                yield Piece(words, [(at + n, at + n + 1) for n in range(len(words))])


def _found(pieces: Sequence[Piece], shown: str) -> Iterator[tuple[int, int, int]]:
    """(where it is shown, from where to where it was written), character by character."""
    at = 0
    for piece in pieces:
        if not piece.text or not piece.text.strip():
            continue
        begin = shown.find(piece.text, at)
        if begin < 0 or (piece.loose and shown[at:begin].strip()):
            continue
        at = begin + len(piece.text)
        for n, (start, end) in enumerate(piece.spots):
            if start >= 0:
                yield begin + n, start, end


def _joined(found: Iterator[tuple[int, int, int]], stored_at: Sequence[int]) -> list[Run]:
    runs: list[Run] = []
    for shown, start, end in found:
        written, last = stored_at[start], stored_at[end - 1] + 1
        if runs and runs[-1][1] + runs[-1][3] > written:
            previous = runs[-1]
            if previous[1] == written and previous[0] + previous[2] == shown:  # one entity, two characters
                runs[-1] = (previous[0], written, previous[2] + 1, previous[3])
            continue
        if runs and last - written == 1 and _goes_on(runs[-1], shown, written):
            runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + 1, runs[-1][3] + 1)
        else:
            runs.append((shown, written, 1, last - written))
    return runs


def _goes_on(run: Run, shown: int, written: int) -> bool:
    return run[2] == run[3] and (run[0] + run[2], run[1] + run[3]) == (shown, written)
