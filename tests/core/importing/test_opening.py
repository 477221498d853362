"""What a file is shows in its bytes."""

import gzip
import io

import pytest

from core.importing import limits
from core.importing.reading import Good, read

TEXT = b'{"prompt": "Why?", "tags": ["a"]}\n'


def prompts(content, name="", tmp_path=None):
    source = io.BytesIO(content)
    if name:
        source = tmp_path / name
        source.write_bytes(content)
    return [item.line.prompt if isinstance(item, Good) else item.reason for item in read(source)]


def test_gzip_is_known_by_its_bytes_and_not_by_its_name(tmp_path):
    assert prompts(gzip.compress(TEXT), "a.jsonl", tmp_path) == ["Why?"]
    assert prompts(TEXT, "a.jsonl.gz", tmp_path) == ["Why?"]


def test_gzip_of_several_members_and_padding_is_one_file():
    assert prompts(gzip.compress(TEXT) + gzip.compress(TEXT) + bytes(512)) == ["Why?", "Why?"]


def test_gzip_reads_like_what_it_packs():
    rows = b"".join(b'{"prompt": "%d"}\n' % n for n in range(200_000))
    assert prompts(gzip.compress(rows)) == [str(n) for n in range(200_000)]


def test_the_size_of_unpacked_gzip_is_limited(monkeypatch):
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 3 * len(TEXT))
    monkeypatch.setattr(limits, "GIB", 1)
    found = prompts(gzip.compress(TEXT) * 5)

    assert found[:3] == ["Why?"] * 3
    assert found[3].startswith(f"The gzip file unpacks to more than {3 * len(TEXT)} GiB. Split it")
    assert len(found) == 4


def test_a_line_of_just_the_limit_goes_in(monkeypatch):
    monkeypatch.setattr(limits, "LINE_BYTES", len(TEXT) - 1)
    longer = TEXT.replace(b"Why", b"Whyy")

    assert prompts(TEXT + longer + TEXT) == ["Why?", "The line is longer than 0 MiB.", "Why?"]


def test_csv_is_known_without_a_name_by_having_no_objects():
    assert prompts(b"question,id\nWhy?,1\n") == ["Why?"]


def test_the_delimiter_is_the_headers(tmp_path):
    assert prompts(b"question;id\nWhy, though?;1\n", "a.csv", tmp_path) == ["Why, though?"]
    assert prompts(b"question\tid\nWhy?\t1\n", "a.tsv", tmp_path) == ["Why?"]


def test_csv_rows_are_numbered_by_the_line_on_which_they_start():
    text = b'\xef\xbb\xbfquestion,id\n"Why\n\nthough?",1\n\nbad\nHow?,2\n'
    items = list(read(io.BytesIO(text)))

    assert [item.number for item in items] == [2, 6, 7]
    assert items[0].line.prompt == "Why\n\nthough?"
    assert (items[1].reason, items[1].raw) == ("The row has 1 cells, but the header has 2.", "bad")


def test_lines_of_which_the_first_is_a_list_are_still_lines(tmp_path):
    assert prompts(b"[1]\n" + TEXT, "a.jsonl", tmp_path) == ["The line must hold one JSON object.", "Why?"]


@pytest.mark.parametrize("text", [b'[\n{"prompt": "Why?"}\n]', b'[{"prompt": "Why?"}]', b' [ {"prompt": "Why?"} ]\n\n'])
def test_one_json_list_is_read_by_its_elements(text, tmp_path):
    assert prompts(text) == prompts(text, "a.json", tmp_path) == ["Why?"]
    assert prompts(gzip.compress(text)) == ["Why?"]
