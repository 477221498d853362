"""How many inputs a run finished per second, over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.charts.canvas import drawn, write_above
from core.charts.cleaning import cleaned
from core.charts.colours import TOKENS
from core.charts.numbers import scale_from_zero, short
from core.charts.times import said, times_between

NOTHING = '<p class="empty">No inputs are finished yet.</p>'
# A rate is told by the shortest of these at which the highest is no tiny fraction.
UNITS = (("second", 1), ("minute", 60), ("hour", 3600))
LEAST_RATE = 0.5
# Of a bucket's length: starts that are off by less than this are rounded, and no pause.
SLACK = 0.01
LEAST_SPAN = 2.0  # seconds, so that there is a time to write below


@dataclass(frozen=True, slots=True)
class Point:
    """Inputs that were finished in a bucket of time."""

    start: datetime
    seconds: float
    inputs: int

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.seconds <= 0:
            raise ValueError(f"{self} needs a start with a time zone and a length above 0 seconds.")

    @property
    def begin(self) -> float:
        return self.start.timestamp()

    @property
    def end(self) -> float:
        return self.begin + self.seconds

    @property
    def rate(self) -> float:
        """Inputs per second."""
        return self.inputs / self.seconds


def throughput(points: Sequence[Point], *, title: str, prefix: str) -> str:
    """The rate over time as an SVG for a page; a sentence where nothing is finished. Pauses are drawn as zero."""
    if not points:
        return NOTHING
    course = with_pauses(points)
    unit, seconds = unit_of(course)
    drawing = drawn(lambda axes: _draw(axes, course, unit, seconds))
    return cleaned(drawing, title=title, description=_description(course, unit, seconds), prefix=prefix)


def throughput_table(points: Sequence[Point]) -> tuple[tuple[str, str, str], list[tuple[str, str, str]]]:
    """The head and the rows of the same figures, pauses included."""
    course = with_pauses(points)
    unit, seconds = unit_of(course)
    rows = [(said(point.start), f"{point.inputs:,}", short(point.rate * seconds)) for point in course]
    return ("From, UTC", "Inputs", f"Per {unit}"), rows


def with_pauses(points: Sequence[Point]) -> list[Point]:
    """The points by time, with a point of no inputs wherever a stretch of time has none."""
    course: list[Point] = []
    for point in sorted(points, key=lambda point: point.start):
        if course and point.begin - course[-1].end > SLACK * point.seconds:
            before = course[-1]
            pause = before.start + timedelta(seconds=before.seconds)
            course.append(Point(pause, point.begin - before.end, 0))
        course.append(point)
    return course


def unit_of(points: Sequence[Point]) -> tuple[str, int]:
    """The unit of time that makes the highest rate easy to read, and its seconds."""
    highest = max((point.rate for point in points), default=0)
    fitting = (unit for unit in UNITS if highest * unit[1] >= LEAST_RATE or not highest)
    return next(fitting, UNITS[-1])


def _draw(axes: Any, course: Sequence[Point], unit: str, seconds: int) -> None:
    begin, end = course[0].begin, max(course[-1].end, course[0].begin + LEAST_SPAN)
    across, up = _corners(course, seconds)
    rates, times = scale_from_zero(max(up)), times_between(begin, end)
    axes.plot(across, up, color=TOKENS["accent"], linewidth=2, solid_capstyle="butt", clip_on=False)
    axes.set_xlim(begin, end)
    axes.set_ylim(0, rates[-1])
    axes.set_xticks([time for time, _ in times], [label for _, label in times])
    axes.set_yticks(rates, [short(rate) for rate in rates])
    write_above(axes, f"Inputs per {unit}, times in UTC")


def _corners(course: Sequence[Point], seconds: int) -> tuple[list[float], list[float]]:
    """The line: level over each bucket, which ends at the latest where the next one begins."""
    begins = [point.begin for point in course]
    ends = [min(point.end, after) for point, after in zip(course, [*begins[1:], course[-1].end], strict=True)]
    across = [edge for bucket in zip(begins, ends, strict=True) for edge in bucket]
    return across, [point.rate * seconds for point in course for _ in range(2)]


def _description(course: Sequence[Point], unit: str, seconds: int) -> str:
    last = course[-1]
    highest = max(point.rate for point in course) * seconds
    mean = sum(point.inputs for point in course) / (last.end - course[0].begin) * seconds
    ended = last.start + timedelta(seconds=last.seconds)
    return (
        f"Inputs per {unit} from {said(course[0].start)} to {said(ended)} UTC: "
        f"{short(mean)} in the mean, {short(highest)} at the highest."
    )
