"""Packed files and tables made to hurt: what is sound goes in, the rest is refused, and memory stays capped."""

import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from core.importing.limits import MIB

GOOD = b'{"prompt": "Why?", "metadata": {"n": 1}}\n'
PACKED = gzip.compress(GOOD * 1000, mtime=0)
LIST = b"[" + b", ".join([GOOD] * 1000) + b"]"
CSV_HEAD = b"prompt,tags\n"


def zeros(mebibytes: int, unit: bytes = bytes(MIB)) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(unit) for _ in range(mebibytes)) + packer.flush()


def table(columns: dict[str, pa.Array], **options: object) -> bytes:
    target = io.BytesIO()
    parquet.write_table(pa.table(columns), target, **options)
    return target.getvalue()


def text_that_is_not() -> pa.Array:
    return pa.Array.from_buffers(pa.string(), 3, pa.array([b"Why?", b"\xff\xfe", b"How?"], pa.binary()).buffers())


def repeated(text: str, rows: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))


ANYWHERE = -1

# name: (how to write it, lines that go in, number of the first refused line or 0 for the whole, how the reason begins)
HOSTILE: dict[str, tuple[Callable[[], bytes], int, int, str]] = {
    "cut-off.jsonl.gz": (lambda: PACKED[:-5], 1000, 1001, "The gzip file ends too early here"),
    "cut-off-in-a-line.jsonl.gz": (
        lambda: gzip.compress(GOOD * 1000, compresslevel=0, mtime=0)[:1020],
        24,
        25,
        "The gzip file ends too early here",
    ),
    "wrong-checksum.jsonl.gz": (
        lambda: PACKED[:-8] + bytes(4) + PACKED[-4:],
        1000,
        1001,
        "The gzip file is damaged from here on",
    ),
    "trailing-garbage.jsonl.gz": (lambda: PACKED + b"garbage", 1000, 1001, "The gzip file is damaged from here on"),
    "header-only.jsonl.gz": (lambda: PACKED[:12], 0, 0, "The gzip file ends too early here"),
    "twice.jsonl.gz": (lambda: gzip.compress(PACKED), 0, 0, "The file is packed with gzip twice"),
    "bomb-of-one-line.jsonl.gz": (lambda: zeros(300), 0, 1, "The gzip file unpacks to more than 200 times its size"),
    "bomb-of-blank-lines.jsonl.gz": (
        lambda: zeros(300, (b" " * 1023 + b"\n") * 1024),
        0,
        ANYWHERE,
        "The gzip file unpacks to more than 200 times its size",
    ),
    "bomb-after-good-lines.jsonl.gz": (
        lambda: PACKED + zeros(300),
        1000,
        1001,
        "The gzip file unpacks to more than 200 times its size",
    ),
    "cut-off-list.json": (lambda: LIST[:-5], 999, 1000, "The list ends too early here"),
    "list-with-more.json": (lambda: LIST + b"{}", 1000, 1001, "Something stands behind the end of the list"),
    "list-of-other-things.json": (
        lambda: b'["a", 1, null, [], ' + LIST[1:],
        1000,
        1,
        "The line must hold one JSON object.",
    ),
    "list-with-a-bad-element.json": (
        lambda: LIST[:-1] + b',\n{"prompt": "a"],\n' + LIST[1:],
        2000,
        1001,
        "The line is not JSON",
    ),
    "list-with-a-long-element.json": (
        lambda: LIST[:-1] + b',{"prompt": "' + b"a" * 40 * MIB + b'"},' + LIST[1:],
        2000,
        1001,
        "The element is longer than 16 MiB.",
    ),
    "list-nested-deep.json": (lambda: LIST[:-1] + b',{"a":' + b"[" * 1_000_000, 1000, 1001, "The list ends too early"),
    "bomb-of-a-list.json.gz": (
        lambda: gzip.compress(LIST[:-1], mtime=0) + zeros(300),
        999,
        1000,
        "The gzip file unpacks to more than 200 times its size",
    ),
    "utf-16.jsonl": (lambda: GOOD.decode().encode("utf-16"), 0, 0, "The file is UTF-16; save it as UTF-8."),
    "archive.jsonl": (lambda: b"PK\x03\x04", 0, 0, "The file is a ZIP archive"),
    "open-quote.csv": (
        lambda: CSV_HEAD + b"Why?,x\n" + b'"How?,x\n' + (b"Where?" * 1000 + b",x\n") * 3_000,
        206,
        3,
        "The row is longer than 16 MiB; is a quote left open?",
    ),
    "long-cell.csv": (
        lambda: CSV_HEAD + b"Why?,x\n" + b"a" * 20_000_000 + b",x\nHow?,x\n",
        2,
        3,
        "The line is longer than 16 MiB.",
    ),
    "nul.csv": (lambda: CSV_HEAD + b"Why?,x\na\0b,x\nHow?,x\n", 2, 3, "prompt: holds the character NUL"),
    "latin-1.csv": (lambda: CSV_HEAD + b'Why?,x\n"caf\xe9\n",x\nHow?,x\n', 2, 3, "The row is not UTF-8 text."),
    "cells.csv": (lambda: CSV_HEAD + b"Why?,x\na,b,c\nHow?,x\n", 2, 3, "The row has 3 cells, but the header has 2."),
    "quotes.csv": (lambda: CSV_HEAD + b'Why?,x\n"a"b,c\nHow?,x\n', 2, 3, "The row is not CSV"),
    "same-header.csv": (lambda: b"prompt,prompt\nWhy?,x\n", 0, 0, "The CSV header names a column twice: 'prompt'."),
    "cut-off.parquet": (
        lambda: table({"prompt": pa.array(["Why?"])})[:-10],
        0,
        0,
        "The Parquet file cannot be read",
    ),
    "packed.parquet.gz": (
        lambda: gzip.compress(table({"prompt": pa.array(["Why?"])})),
        0,
        0,
        "The Parquet file is packed with gzip",
    ),
    "nan.parquet": (
        lambda: table({"prompt": pa.array(["Why?"] * 3), "n": pa.array([1.0, float("nan"), 2.0])}),
        2,
        2,
        "n: NaN and Infinity are not values",
    ),
    "not-text.parquet": (lambda: table({"prompt": text_that_is_not()}), 2, 2, "The row is not UTF-8 text."),
    "nul.parquet": (lambda: table({"prompt": pa.array(["a", "b\0", "c"])}), 2, 2, "prompt: holds the character NUL"),
    "long-row.parquet": (
        lambda: table({"prompt": pa.array(["a", "b" * 17 * MIB, "c"])}, compression="none"),
        2,
        2,
        "The row is longer than 16 MiB.",
    ),
    "bomb-of-one-cell.parquet": (
        lambda: table({"prompt": pa.array(["a" * 200 * MIB])}, compression="zstd"),
        0,
        0,
        "The Parquet file unpacks to more than 200 times its size",
    ),
    "bomb-of-repeats.parquet": (
        lambda: table({"prompt": repeated("a" * MIB, 100_000)}, compression="zstd"),
        56,
        57,
        "The Parquet file unpacks to more than 200 times its size",
    ),
    "bomb-of-nulls.parquet": (
        lambda: table({"prompt": pa.array([[None] * 20_000_000], pa.list_(pa.string()))}),
        0,
        1,
        "The Parquet file unpacks to more than 200 times its size",
    ),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory, capped_reader):
    folder: Path = tmp_path_factory.mktemp("hostile")
    for name, (write, *_) in HOSTILE.items():
        (folder / name).write_bytes(write())
    return capped_reader(folder)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_sound_goes_in_and_the_rest_is_refused(outcomes, name):
    _, good, number, reason = HOSTILE[name]
    outcome = outcomes[name]
    if number == 0:
        assert outcome.whole.startswith(reason)
        assert (outcome.good, outcome.refused) == (0, [])
    else:
        assert outcome.whole == ""
        assert outcome.refused[0][0] == number or number == ANYWHERE
        assert outcome.refused[0][1].startswith(reason)
        assert outcome.good == good
