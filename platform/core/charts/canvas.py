"""Empty axes as every chart has them, and what was drawn on them as matplotlib writes it."""

from collections.abc import Callable
from io import BytesIO
from threading import Lock
from typing import Any

from core.charts.colours import TOKENS

# Heights are pixels of the page. The width is stretched to the page's, so it is only a measure for ratios.
WIDTH, HEIGHT = 1000, 220
TOP, BOTTOM = 32, 28
# Room at the left of the drawing for the labels of the vertical axis; `.plot` in the stylesheet keeps it free.
GUTTER = 48
TEXT = 13

SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "preferee",
    "font.size": TEXT,
    "text.parse_math": False,
}
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
# Settings of matplotlib are the whole process's, and its drawing is not safe in threads.
TURN = Lock()


def drawn(draw: Callable[[Any], None], *, height: int = HEIGHT) -> str:
    """The SVG of what `draw` puts on the axes; the same for the same drawing, whatever this machine's settings are."""
    import matplotlib

    with TURN, matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        axes = _empty_axes(height)
        draw(axes)
        written = BytesIO()
        axes.figure.savefig(written, format="svg", metadata=NO_METADATA, transparent=True)
    return written.getvalue().decode()


def _empty_axes(height: int) -> Any:
    """Axes from edge to edge, with horizontal lines only."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
    axes = figure.add_axes((0, BOTTOM / height, 1, 1 - (TOP + BOTTOM) / height))
    figure.patch.set_visible(False)
    axes.patch.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(left=False, bottom=False, labelcolor=TOKENS["ink-2"], pad=8)
    axes.grid(axis="y", color=TOKENS["line"], linewidth=1, clip_on=False)
    axes.set_axisbelow(True)
    return axes


def write_above(axes: Any, text: str) -> None:
    """What the figures are, above the labels of the vertical axis and in line with the page's left edge."""
    height = axes.figure.get_figheight() * 72
    axes.figure.text(-GUTTER / WIDTH, 1 - TEXT / height, text, color=TOKENS["ink-2"], va="baseline")
