"""A response's text in pieces, each shaded by its log-ratio."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from sys import maxsize

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.code_places import Place, code_places

# In nats: a shade begins where the ratio is at least so far from zero. The legend says the same.
STEPS = (0.1, 0.5, 2.0)
MOST_PIECES = 3_000
VISIBLE = {"\n": "↵", "\t": "⇥", " ": "␣"}


@dataclass(frozen=True, slots=True)
class Shaded:
    """A piece of the text with its ratio in nats. `closes`: it is the end of the turn and has no text.

    `is_code`: it begins within code.
    """

    text: str
    nats: float
    closes: bool
    is_code: bool = False

    @property
    def shade(self) -> str:
        """The class of the page: more likely to the strong model, to the weak one, or neither."""
        step = bisect_right(STEPS, abs(self.nats))
        return f"ratio-{'more' if self.nats > 0 else 'less'}-{step}" if step else "ratio-even"

    @property
    def number(self) -> str:
        """With its sign and two digits."""
        return signed(self.nats)

    @property
    def shown(self) -> str:
        """The piece where it stands alone: white space as marks."""
        return "".join(VISIBLE.get(character, character) for character in self.text)


def signed(nats: float) -> str:
    """0.5 as +0.50, -1 as −1.00, and what rounds to nothing as 0.00."""
    text = f"{nats:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", "−")


def shaded(text: str, ends: Sequence[int], ratios: Sequence[float]) -> list[Shaded]:
    """The first pieces of the text, at most MOST_PIECES; an end behind the text is the end of the turn."""
    starts = [0, *ends]
    rows = zip(starts, ends[:MOST_PIECES], ratios, strict=False)
    places = code_places(text)
    return [
        Shaded(text[start:end], ratio, closes=end > len(text), is_code=_is_within(start, places))
        for start, end, ratio in rows
    ]


def _is_within(at: int, places: Sequence[Place]) -> bool:
    number = bisect_right(places, (at, maxsize)) - 1
    return number >= 0 and at < places[number][1]


def as_html(pieces: Sequence[Shaded]) -> SafeString:
    """Without any space between them, so that the text reads as it was written."""
    return format_html_join("", "{}", ((_span(piece),) for piece in pieces))


def _span(piece: Shaded) -> SafeString:
    if piece.closes:
        return format_html(
            ' <span class="ratio-piece ratio-end {0}" title="{1} nats" data-nats="{1}">end of turn</span>',
            piece.shade,
            piece.number,
        )
    return format_html(
        '<span class="ratio-piece {0}" title="{1} nats" data-nats="{1}">{2}</span>',
        f"{piece.shade} code" if piece.is_code else piece.shade,
        piece.number,
        piece.text,
    )
