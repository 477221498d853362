import pytest

from core.runs.pace import pace, rate_in_words, time_in_words


def test_the_last_minute_tells_the_rate_and_the_rate_how_long_the_rest_takes() -> None:
    found = pace(recent=120, far=1_000, total=1_600, age=3_600)
    assert (found.rate, found.left, found.reason) == (2.0, 300.0, "")


def test_a_stage_younger_than_a_minute_is_measured_since_it_began() -> None:
    assert pace(recent=30, far=30, total=60, age=10).rate == 3.0


def test_where_the_last_minute_brought_nothing_the_whole_time_tells() -> None:
    assert pace(recent=0, far=50, total=100, age=500).rate == 0.1


def test_what_cannot_be_known_has_a_reason() -> None:
    found = pace(recent=0, far=0, total=100, age=5)
    assert (found.rate, found.left, found.reason) == (None, None, "Nothing is finished yet.")


@pytest.mark.parametrize(
    ("rate", "words"), [(112.2, "112/s"), (0.5, "0.5/s"), (0.05, "3/min"), (0.001, "3.6/h"), (1_234.0, "1.23\xa0k/s")]
)
def test_a_rate_is_told_by_the_unit_that_suits_it(rate: float, words: str) -> None:
    assert rate_in_words(rate) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 s"),
        (59.6, "1 min"),
        (45, "45 s"),
        (200, "3 min 20 s"),
        (3_600, "1 h"),
        (7_500, "2 h 5 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_time_is_told_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert time_in_words(seconds) == words
