import pytest

from core.lengths import length_of


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", "0 words"),
        ("one", "1 word"),
        ("two  words\n", "2 words"),
        ("word " * 1_204, "1,204 words"),
        ("今日は良い天気です", "9 characters"),
        ("ลองดูนะ", "7 characters"),
        ("مرحبا بك", "2 words"),
        ("An English sentence about 東京.", "5 words"),
    ],
)
def test_length_is_said_as_a_reader_counts(text: str, length: str) -> None:
    assert length_of(text) == length
