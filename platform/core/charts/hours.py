"""How long somebody worked on each day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from core.charts.canvas import drawn, write_above
from core.charts.cleaning import cleaned
from core.charts.colours import TOKENS
from core.charts.numbers import scale_from_zero, short
from core.charts.times import day_in_words

NOTHING = '<p class="empty">No work in these days.</p>'
MOST_LABELS = 5
# Fewer days than this would make bars as wide as the page.
LEAST_DAYS = 7
BAR = 0.7
Worked = Sequence[tuple[date, float]]


def hours(worked: Worked, first: date, last: date, *, title: str, prefix: str) -> str:
    """Days with their hours as bars, in an SVG for a page, over all days from the first to the last."""
    if not worked:
        return NOTHING
    drawing = drawn(lambda axes: _draw(axes, worked, first, last))
    return cleaned(drawing, title=title, description=_description(worked), prefix=prefix)


def _draw(axes: Any, worked: Worked, first: date, last: date) -> None:
    up = scale_from_zero(max(hours for _, hours in worked))
    begin, end = first.toordinal(), max(last.toordinal(), first.toordinal() + LEAST_DAYS - 1)
    across = [day.toordinal() for day, _ in worked]
    axes.bar(across, [hours for _, hours in worked], width=BAR, color=TOKENS["people"])
    axes.set_xlim(begin - 0.5, end + 0.5)
    axes.set_ylim(0, up[-1])
    axes.set_xticks(*_labels(first, end - begin + 1))
    axes.set_yticks(up, [short(value) for value in up])
    write_above(axes, "Active hours a day")


def _labels(first: date, days: int) -> tuple[list[int], list[str]]:
    step = -(-days // MOST_LABELS)
    shown = [first + timedelta(days=at) for at in range(0, days, step)]
    return [day.toordinal() for day in shown], [f"{day.day} {day:%b}" for day in shown]


def _description(worked: Worked) -> str:
    total = sum(hours for _, hours in worked)
    span = f"{day_in_words(worked[0][0])} to {day_in_words(worked[-1][0])}"
    return f"Active hours from {span}: {total:.1f} in all, on {len(worked)} day{'s' if len(worked) > 1 else ''}."
