from datetime import timedelta

import pytest
from django.utils import timezone

from core.templatetags.figures import ago, coded, grouped, share, size


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.861, ".86"), (1.0, "1.00"), (0.999, "1.00"), (0.0, "0.00"), (-0.04, "−.04"), (-0.001, "0.00"), (-1.0, "−1.00")],
)
def test_a_share_has_two_digits(number: float, text: str) -> None:
    assert share(number) == text


def test_large_numbers_are_grouped() -> None:
    assert grouped(1_204_000) == "1,204,000"


def test_a_file_is_as_large_as_its_bytes_and_rows() -> None:
    assert size({"bytes": 753_254, "rows": 1_286}) == "735.6\xa0KB, 1,286 rows"
    assert size({"bytes": 3, "rows": 1}) == "3\xa0bytes, 1 row"
    assert size({"bytes": 3}) == "3\xa0bytes"


@pytest.mark.parametrize(
    ("before", "text"), [(timedelta(seconds=5), "just now"), (timedelta(hours=26), "1\xa0day ago")]
)
def test_times_are_as_long_ago_as_a_reader_says(before: timedelta, text: str) -> None:
    assert ago(timezone.now() - before) == text


def test_code_in_a_sentence_is_marked_and_nothing_else_is_taken_for_markup() -> None:
    assert coded("How many `random_pairs` draws, <b>.") == "How many <code>random_pairs</code> draws, &lt;b&gt;."
