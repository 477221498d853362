"""What a file is called is shown, and never used."""

import pytest

from core.uploads.names import LONGEST, shown_name


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("answers.jsonl", "answers.jsonl"),
        ("C:\\fakepath\\answers.jsonl", "answers.jsonl"),
        ("../../etc/passwd", "passwd"),
        ("", "file"),
        ("a/", "file"),
        ("\0\n\x1b[31m", "[31m"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("half\ud800 a  character", "half a character"),
        ("إجابات.csv", "إجابات.csv"),
        ("<script>.csv", "<script>.csv"),
    ],
)
def test_it_loses_what_cannot_be_seen(sent, shown):
    assert shown_name(sent) == shown


def test_a_long_one_keeps_its_ending():
    name = shown_name("w" * 1000 + ".parquet")
    assert len(name) == LONGEST
    assert name.endswith("w.parquet")
