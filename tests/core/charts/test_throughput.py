"""The line of a run tells what was finished when, whatever the rate and however long it took."""

import re
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest

from core.charts.throughput import Point, throughput, throughput_table, with_pauses

BOTTOM = 192.0


def texts(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter("text")]


def drawn(points: list[Point]) -> str:
    return throughput(points, title="Throughput", prefix="a")


def line(svg: str) -> list[tuple[float, float]]:
    path = next(path for path in ElementTree.fromstring(svg).iter("path") if path.get("stroke") == "var(--accent)")
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.get("d", ""))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_the_line_is_level_over_each_bucket(run):
    assert line(drawn(run(20, 40))) == [(0, 112), (500, 112), (500, 32), (1000, 32)]


def test_a_pause_is_drawn_as_zero(run):
    assert line(drawn(run(40, None, None, 40))) == [
        (0, 32), (250, 32), (250, BOTTOM), (750, BOTTOM), (750, 32), (1000, 32),
    ]  # fmt: skip


def test_a_start_that_is_off_by_a_hair_is_no_pause(run):
    first, second = run(40, 40)
    later = Point(second.start + timedelta(milliseconds=50), 10, 40)
    assert with_pauses([first, later]) == [first, later]
    assert len(with_pauses([first, Point(second.start + timedelta(seconds=1), 10, 40)])) == 3


def test_the_order_in_which_points_come_does_not_matter(run):
    assert drawn(run(20, 40, 30)[::-1]) == drawn(run(20, 40, 30))


def test_a_bucket_ends_where_the_next_begins(run):
    across = [x for x, _ in line(drawn([*run(20), *run(None, 40), Point(run(20)[0].start, 15, 20)]))]
    assert across == sorted(across)


def test_one_point_is_a_line_over_its_bucket(run):
    assert [x for x, _ in line(drawn(run(125)))] == [0, 1000]


def test_no_point_is_a_sentence():
    assert drawn([]) == '<p class="empty">No inputs are finished yet.</p>'
    assert throughput_table([])[1] == []


def test_nothing_finished_is_a_line_at_zero(run):
    assert {y for _, y in line(drawn(run(0, 0)))} == {BOTTOM}


@pytest.mark.parametrize(
    ("inputs", "seconds", "labels", "unit"),
    [
        ((20, 40), 10, ["0", "1", "2", "3", "4"], "second"),
        ((11_000, 20_000), 10, ["0", "500", "1\xa0k", "1.5\xa0k", "2\xa0k"], "second"),
        ((240_000_000,), 10, ["0", "10\xa0M", "20\xa0M", "30\xa0M"], "second"),
        ((5,), 3600, ["0", "2", "4", "6"], "hour"),
        ((1,), 60, ["0", "0.5", "1"], "minute"),
        ((1,), 86_400, ["0", "0.02", "0.04", "0.06"], "hour"),
        ((0,), 10, ["0", "0.5", "1"], "second"),
    ],
)
def test_rates_can_be_read_huge_or_tiny(run, inputs, seconds, labels, unit):
    found = texts(drawn(run(*inputs, seconds=seconds)))
    assert [text for text in found if ":" not in text and re.match(r"[\d.]+(\xa0\w)?$", text)] == labels
    assert f"Inputs per {unit}, times in UTC" in found


@pytest.mark.parametrize("peak", [1, 3, 7, 11, 99, 101, 1_234, 99_999, 5_000_001, 10**12])
def test_there_are_at_most_five_rates_from_zero_to_the_highest_or_above(run, peak):
    svg = drawn(run(peak * 10))
    ticks = [text for text in texts(svg) if re.match(r"[\d.]+(\xa0\w)?$", text)]
    assert ticks[0] == "0"
    assert 3 <= len(ticks) <= 5
    assert min(y for _, y in line(svg)) >= 32


def test_the_table_has_the_same_figures_with_pauses(run):
    assert throughput_table(run(12_340, None, 5)) == (
        ("From, UTC", "Inputs", "Per second"),
        [
            ("25 Nov 2026 17:35:20", "12,340", "1.23\xa0k"),
            ("25 Nov 2026 17:35:30", "0", "0"),
            ("25 Nov 2026 17:35:40", "5", "0.5"),
        ],
    )


@pytest.mark.parametrize(("zone", "seconds"), [(False, 10), (True, 0)], ids=["no zone", "no length"])
def test_a_point_without_zone_or_length_is_refused(run, zone, seconds):
    start: datetime = run(1)[0].start
    with pytest.raises(ValueError, match="needs a start with a time zone and a length above 0 seconds"):
        Point(start if zone else start.replace(tzinfo=None), seconds, 1)
