"""From bytes to lines: numbers, layouts, neighbours, progress."""

import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.importing.interchange import RefusedFile
from core.importing.reading import Good, Refused, read

ROW = {"prompt": "Why?", "responses": [{"id": "a", "content": "So."}]}
TEXT = json.dumps(ROW).encode() + b"\n"


def test_a_bad_line_is_refused_by_its_number_and_its_neighbours_go_in(reads):
    first, bad, last = reads(ROW, b'{"prompt": ', {"prompt": "How?"})

    assert (first.number, last.number) == (1, 3)
    assert bad == Refused(2, "The line is not JSON: it ends too early.", '{"prompt": ')


def test_blank_lines_are_skipped_but_counted(reads):
    assert [item.number for item in reads(b"", ROW, b"  \r", ROW)] == [2, 4]


def test_a_refused_line_shows_how_it_begins(reads):
    (item,) = reads({"prompt": "é" * 5000, "tags": 3})

    assert item.raw == '{"prompt": "' + "é" * 1988


def test_a_byte_order_mark_is_fine():
    (item,) = read(io.BytesIO(b"\xef\xbb\xbf" + TEXT))
    assert isinstance(item, Good)


def test_a_last_line_needs_no_line_break():
    assert len(list(read(io.BytesIO(TEXT + TEXT.strip())))) == 2


def test_a_backslash_before_u0000_is_not_nul(line_of):
    assert line_of(rb'{"prompt": "a\\u0000"}').prompt == r"a\u0000"


def test_a_pair_of_surrogates_is_a_character(line_of):
    assert line_of(rb'{"prompt": "\ud83d\ude00"}').prompt == "😀"


def test_the_first_record_that_has_a_layout_decides_it():
    lines = [b"nonsense", b'{"x": 1}', b'{"prompt": "a", "chosen": "b", "rejected": "c"}', TEXT]
    reading = read(io.BytesIO(b"\n".join(lines)))
    assert reading.layout == ""
    items = list(reading)

    assert reading.layout == "trl_preference"
    assert [type(item) for item in items] == [Refused, Refused, Good, Refused]
    assert items[1].reason.startswith("No layout has the columns x. Say what they are, such as --map prompt=COLUMN")
    assert items[3].reason.startswith("The columns prompt, responses are not those of the layout trl_preference")


def test_a_misspelt_field_is_named_and_not_skipped(reason_of):
    bad = {"prompt": "Why?", "responses": [], "judgements": []}
    assert reason_of(bad) == "The line: object contains unknown field `judgements`."


def test_progress_reaches_the_size_of_the_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(TEXT * 100)
    reading = read(path)

    assert (reading.bytes_read, reading.bytes_total) == (0, len(TEXT) * 100)
    assert len(list(reading)) == 100
    assert reading.bytes_read == reading.bytes_total


def test_standard_input_is_read_and_stays_open(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(TEXT))
    monkeypatch.setattr(sys, "stdin", stream)
    reading = read("-")

    assert len(list(reading)) == 1
    assert reading.bytes_total is None
    assert not stream.buffer.closed


def test_a_missing_file_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(RefusedFile, match=r"none\.jsonl cannot be read: No such file or directory\.$"):
        list(read(tmp_path / "none.jsonl"))
    with pytest.raises(RefusedFile, match=r"cannot be read: Is a directory\.$"):
        list(read(tmp_path))


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.unknown"])
def test_an_empty_file_holds_nothing(tmp_path: Path, name):
    (tmp_path / name).touch()
    assert list(read(tmp_path / name)) == []


EXAMPLES = [
    TEXT * 3,
    b'{"chosen": "\\n\\nHuman: a\\n\\nAssistant: b", "rejected": "\\n\\nHuman: a\\n\\nAssistant: c"}\n' * 2,
    b"prompt,chosen,rejected\na,b,c\n" * 2,
    b'{"prompt": "a", "response": "b", "helpfulness": 1, "correctness": 1, "coherence": 1, "complexity": 1, '
    b'"verbosity": 1}\n',
]


@settings(max_examples=300)
@given(st.sampled_from(EXAMPLES), st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=6)), max_size=4))
def test_no_bytes_crash_the_reader(text, changes):
    for at, replacement in changes:
        text = text[:at] + replacement + text[at + len(replacement) :]
    try:
        items = list(read(io.BytesIO(text)))
    except RefusedFile:
        return
    assert all(isinstance(item, Good) or item.reason for item in items)
    numbers = [item.number for item in items]
    assert numbers == sorted(set(numbers))
