"""Shares with their intervals, one below the other: a whisker each, and a line that they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.charts.canvas import BOTTOM, TOP, drawn, write_above
from core.charts.cleaning import cleaned
from core.charts.colours import TOKENS

NOTHING = '<p class="empty">Nothing was measured yet.</p>'
ROW = 44  # pixels
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval; `value` None is not drawn, for `reason`."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str = ""


def rates(shown: Sequence[Rate], line: Rate | None, *, title: str, prefix: str) -> str:
    """The shares as an SVG for a page; `line` stands across all of them."""
    known = [rate for rate in shown if rate.value is not None]
    if not known:
        return NOTHING
    height = TOP + BOTTOM + ROW * len(known)
    drawing = drawn(lambda axes: _draw(axes, known, line), height=height)
    return cleaned(drawing, title=title, description=_description(known, line), prefix=prefix, height=height)


def share_in_words(value: float) -> str:
    """.86 for 0.861, as shares stand everywhere."""
    text = f"{value:.2f}"
    return text.removeprefix("0") if text != "0.00" else text


def _draw(axes: Any, known: Sequence[Rate], line: Rate | None) -> None:
    axes.grid(visible=False)
    axes.grid(axis="x", color=TOKENS["line"], linewidth=1, clip_on=False)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(known), 0)
    axes.set_xticks(TICKS, [share_in_words(tick) for tick in TICKS])
    axes.set_yticks([])
    for at, rate in enumerate(known):
        _whisker(axes, at, rate)
        if line is not None and line.value is not None:  # beside the whiskers alone: names stand between them
            band = [at + 0.48, at + 0.94]
            axes.plot([line.value] * 2, band, color=TOKENS["gold"], linewidth=2, dashes=(3, 2), clip_on=False)
    write_above(axes, f"Share with 95 % interval{_named(line)}")


def _whisker(axes: Any, at: int, rate: Rate) -> None:
    """The name, and below it the interval with a stroke at the value."""
    axes.text(0, at + 0.36, rate.name, color=TOKENS["ink-2"], va="baseline")
    across = at + 0.7
    if rate.low is not None and rate.high is not None:
        axes.plot([rate.low, rate.high], [across] * 2, color=TOKENS["models"], linewidth=2, clip_on=False)
    stroke = [across - 0.16, across + 0.16]
    axes.plot([rate.value] * 2, stroke, color=TOKENS["models"], linewidth=4, solid_capstyle="butt", clip_on=False)


def _named(line: Rate | None) -> str:
    return f"; dashed: {line.name}" if line is not None and line.value is not None else ""


def _description(known: Sequence[Rate], line: Rate | None) -> str:
    said = [f"{rate.name} {share_in_words(rate.value or 0)}" for rate in [*known, *([line] if line else [])]]
    return f"{'; '.join(said)}."
