from datetime import date

from core.charts.hours import NOTHING, hours
from tests.core.views.markup import Page

WORKED = [(date(2026, 11, 23), 1.5), (date(2026, 11, 25), 3.0)]


def drawn(worked: list[tuple[date, float]], last: date = date(2026, 11, 29)) -> str:
    return hours(worked, date(2026, 11, 23), last, title="Hours of Ada", prefix="hours")


def test_each_day_is_a_bar_and_the_days_are_named() -> None:
    chart = drawn(WORKED)
    bars = [element for element in Page(chart).elements if element[1].get("fill") == "var(--people)"]
    assert len(bars) == 2
    for text in ("Hours of Ada", "23 Nov", "Active hours a day", "4.5 in all, on 2 days."):
        assert text in chart, text


def test_the_same_days_make_the_same_bytes() -> None:
    assert drawn(WORKED) == drawn(list(WORKED))


def test_nothing_done_is_a_sentence() -> None:
    assert drawn([]) == NOTHING


def test_one_day_and_three_years_are_drawn() -> None:
    assert "on 1 day." in drawn(WORKED[:1], last=date(2026, 11, 23))
    assert "var(--people)" in drawn(WORKED, last=date(2029, 11, 23))


def test_a_title_is_text() -> None:
    chart = hours(WORKED, *(day for day, _ in WORKED), title="<b>", prefix="hours")
    assert "<b>" not in chart
