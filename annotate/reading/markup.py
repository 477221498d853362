"""Where the words of one Markdown paragraph stand in its source: the parser says what, this finds where.

Knows nothing of Django. What a parser's token says is looked for from the place at which the last one ended.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.token import Token

ENTITY = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# How far markup can stand between two characters of the same words; beyond it they are not looked for.
FARTHEST = 200
ESCAPABLE = frozenset("\\!\"#$%&'()*+,./:;<=>?@[]^_`{|}~-")
BREAKS = ("softbreak", "hardbreak")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words as they are shown; character n of them was written at `spots[n]`, from where to where.

    Formulas and images may be shown otherwise, or not at all: they are `loose`.
    """

    text: str
    spots: Sequence[tuple[int, int]]
    loose: bool = False


def pieces_of(content: str, children: Sequence[Token]) -> Iterator[Piece]:
    """All the words of an inline token, in order, with offsets into its content."""
    walk, is_address = _Walk(content), False
    for token in children:
        if token.type == "text":
            yield walk.text(token.content)
        elif token.type == "code_inline":
            yield walk.code(token)
        elif token.type == "formula":
            yield walk.exactly(f"{token.markup}{token.content}{token.info}")
        elif token.type == "image":
            walk.image(token.content)
        elif token.type in BREAKS:
            walk.line_break()
        elif token.type == "link_open":
            is_address = token.markup == "autolink"
            walk.over("<" if is_address else "[")
        elif token.type == "link_close":
            walk.over(">") if is_address else walk.end_of_link()
        else:
            walk.over(token.markup)


class _Walk:
    """A place in the content that only goes forward."""

    def __init__(self, content: str) -> None:
        self.content = content
        self.at = 0

    def over(self, markup: str) -> None:
        if self.content.startswith(markup, self.at):
            self.at += len(markup)

    def text(self, words: str) -> Piece:
        spots: list[tuple[int, int]] = []
        while len(spots) < len(words):
            start, end, said = self._next(words[len(spots)])
            count = max(1, min(len(said), len(words) - len(spots)))
            spots += [(start, end)] * count
            self.at = end
        return Piece(words, spots)

    def _next(self, wanted: str) -> tuple[int, int, str]:
        """The nearest character, escape or entity that says what is wanted; an empty place where none does."""
        for at in range(self.at, min(self.at + FARTHEST, len(self.content))):
            start, end, said = self._sign(at)
            if said[:1] == wanted:
                return start, end, said
        return self.at, self.at, ""

    def _sign(self, at: int) -> tuple[int, int, str]:
        here, following = self.content[at], self.content[at + 1 : at + 2]
        if here == "\\" and following in ESCAPABLE and following:
            return at + 1, at + 2, following
        if here == "&" and (entity := ENTITY.match(self.content, at)):
            said = unescape(entity[0])
            if said != entity[0]:
                return at, entity.end(), said
        return at, at + 1, here

    def code(self, token: Token) -> Piece:
        """Line ends in code show as spaces, and a space at both its ends is not shown."""
        self.over(token.markup)
        raw = self.content.replace("\n", " ")
        padding = 0 if raw.startswith(token.content, self.at) and not raw.startswith(" ", self.at) else 1
        padding = padding if raw.startswith(token.content, self.at + padding) else 0
        start = self.at + padding
        self.at = start + len(token.content) + padding
        self.over(token.markup)
        return Piece(token.content, [(start + n, start + n + 1) for n in range(len(token.content))])

    def exactly(self, words: str) -> Piece:
        start = self.at
        self.over(words)
        return Piece(words, [(start + n, start + n + 1) for n in range(len(words))], loose=True)

    def image(self, label: str) -> None:
        self.over("![")
        self.over(label)
        self.end_of_link()

    def line_break(self) -> None:
        while self.content[self.at : self.at + 1] in (" ", "\t", "\\"):
            self.at += 1
        self.over("\n")
        while self.content[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1

    def end_of_link(self) -> None:
        """Over `](address "title")`, `][name]` or `]`."""
        self.over("]")
        if self.content.startswith("(", self.at):
            self.at = self._after_address(self.at + 1)
        elif self.content.startswith("[", self.at):
            end = self.content.find("]", self.at)
            self.at = end + 1 if end >= 0 else self.at

    def _after_address(self, at: int) -> int:
        last = len(self.content)
        address = parseLinkDestination(self.content, self._after_space(at), last)
        at = self._after_space(address.pos if address.ok else at)
        title = parseLinkTitle(self.content, at, last)
        at = self._after_space(title.pos if title.ok else at)
        return at + 1 if self.content.startswith(")", at) else at

    def _after_space(self, at: int) -> int:
        while self.content[at : at + 1] in (" ", "\t", "\n"):
            at += 1
        return at
