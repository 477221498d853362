"""Whether probabilities mean what they say: what was predicted against what was right, over counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.charts.canvas import drawn, write_above
from core.charts.cleaning import cleaned
from core.charts.colours import TOKENS
from core.charts.rates import TICKS, share_in_words

NOTHING = '<p class="empty">It gives no probabilities, so there is no calibration.</p>'
HEIGHT = 300
COUNTS = 0.3  # of the height of the shares, for the bars below them


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions from `low` to `high`: their mean, the share that was right with its interval, and how many."""

    low: float
    high: float
    n: int
    predicted: float | None
    right: float | None
    right_low: float | None
    right_high: float | None


def reliability(bins: Sequence[Bin], *, title: str, prefix: str) -> str:
    """The diagram as an SVG for a page; a sentence where nothing was predicted."""
    filled = [each for each in bins if each.n]
    if not filled:
        return NOTHING
    drawing = drawn(lambda axes: _draw(axes, filled), height=HEIGHT)
    return cleaned(drawing, title=title, description=_description(filled), prefix=prefix, height=HEIGHT)


def _draw(axes: Any, filled: Sequence[Bin]) -> None:
    most = max(each.n for each in filled)
    axes.set_xlim(0, 1)
    axes.set_ylim(-COUNTS, 1)
    axes.plot([0, 1], [0, 1], color=TOKENS["mixed"], linewidth=1, dashes=(4, 3), clip_on=False)
    for each in filled:
        height = (COUNTS - 0.04) * each.n / most
        axes.bar((each.low + each.high) / 2, height, 0.08, -COUNTS, color=TOKENS["line"], linewidth=0)
        axes.plot([each.predicted] * 2, [each.right_low, each.right_high], color=TOKENS["models"], linewidth=2)
        stroke = [(each.predicted or 0) - 0.012, (each.predicted or 0) + 0.012]
        axes.plot(stroke, [each.right] * 2, color=TOKENS["models"], linewidth=4, solid_capstyle="butt", clip_on=False)
    axes.set_xticks(TICKS, [share_in_words(tick) for tick in TICKS])
    axes.set_yticks(TICKS, [share_in_words(tick) for tick in TICKS])
    write_above(axes, f"Right, by prediction; bars: items, up to {most:,}")


def _description(filled: Sequence[Bin]) -> str:
    said = [
        f"predicted {share_in_words(each.predicted or 0)}, right {share_in_words(each.right or 0)} of {each.n:,}"
        for each in filled
    ]
    return f"{'; '.join(said)}."
