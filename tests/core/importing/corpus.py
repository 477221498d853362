"""Forty files that are malformed or made to hurt, each with what has to come of it.

All of them are written by code: nothing hostile lies in the repository. A good line says `Why N?` for some N.
"""

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

MIB = 2**20
WHOLE = 0
FAST = {"compression": "zstd", "use_dictionary": False, "write_statistics": False}


@dataclass(frozen=True)
class File:
    """`good` lines go in; the first refused one is `line` (WHOLE: the file itself), for a reason that begins so."""

    write: Callable[[], bytes]
    good: int
    line: int | None = None
    reason: str = ""


def good(first: int, count: int = 1) -> bytes:
    return b"".join(b'{"prompt": "Why %d?"}\n' % number for number in range(first, first + count))


def between(line: bytes) -> bytes:
    """A line between two good ones."""
    return good(1) + line + b"\n" + good(2)


def with_metadata(value: bytes) -> bytes:
    return between(b'{"prompt": "x", "metadata": {"x": ' + value + b"}}")


def csv(*rows: bytes) -> bytes:
    return b"prompt,tags\nWhy 1?,a\n" + b"".join(row + b"\n" for row in rows) + b"Why 2?,b\n"


def packed(*units: tuple[bytes, int]) -> bytes:
    """Each unit so many times, as one gzip member."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(unit) for unit, times in units for _ in range(times)]
    return b"".join(parts) + packer.flush()


def gzip_with_long_name() -> bytes:
    body = gzip.compress(good(1), mtime=0)
    return body[:3] + b"\x08" + body[4:10] + b"n" * 20_000_000 + b"\0" + body[10:]


def tar() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        about = tarfile.TarInfo("../../answers.jsonl")
        about.size = len(good(1))
        archive.addfile(about, io.BytesIO(good(1)))
    return target.getvalue()


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("answers.jsonl", good(1))
    return target.getvalue()


def parquet(columns: dict[str, object], **options: object) -> bytes:
    import pyarrow as pa
    from pyarrow.parquet import write_table

    target = io.BytesIO()
    write_table(pa.table(columns), target, **options)
    return target.getvalue()


def prompts() -> list[str]:
    return ["Why 1?", "Why 2?", "Why 3?"]


def parquet_page_of_gigabytes() -> bytes:
    """Its sums are honest and its ratio is allowed, for random text pays for the cell that unpacks to 400 MB."""
    noise = random.Random(1).randbytes(2_500_000).hex()
    return parquet(
        {"prompt": ["Why 1?", " " * 400_000_000, "Why 2?"], "metadata.n": ["", "", noise]}, row_group_size=1, **FAST
    )


def parquet_nested(levels: int) -> bytes:
    import pyarrow as pa

    kind, value = pa.string(), "x"
    for _ in range(levels):
        kind, value = pa.list_(kind), [value]
    return parquet({"prompt": pa.array(prompts()), "deep": pa.array([None, value, None], kind)})


def parquet_damaged() -> bytes:
    """Bytes of the second page are turned over."""
    whole = bytearray(parquet({"prompt": prompts()}, compression="zstd", row_group_size=1, use_dictionary=False))
    at = whole.find(b"\x28\xb5\x2f\xfd", whole.find(b"\x28\xb5\x2f\xfd") + 4)
    whole[at + 4 : at + 12] = bytes(byte ^ 0xFF for byte in whole[at + 4 : at + 12])
    return bytes(whole)


def parquet_of_many_columns() -> bytes:
    return parquet({f"column_{number}": ["x"] for number in range(2_001)})


def parquet_footer(length: int) -> bytes:
    return b"PAR1" + bytes(1000) + length.to_bytes(4, "little") + b"PAR1"


CORPUS: dict[str, File] = {
    "empty.jsonl": File(lambda: b"", 0),
    "blank.jsonl": File(lambda: b"\n  \n\t\n" * 1000, 0),
    "nothing-inside.jsonl.gz": File(lambda: gzip.compress(b""), 0),
    "only-a-header.csv": File(lambda: b"prompt,tags\n", 0),
    "zeros.jsonl": File(lambda: bytes(MIB), 0, 1, "The line is not JSON"),
    "picture.jsonl": File(lambda: b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(5000), 0, 1, "The line is not"),
    "nan.jsonl": File(lambda: with_metadata(b"NaN"), 2, 2, "The line is not JSON: NaN and Infinity"),
    "huge-number.jsonl": File(lambda: with_metadata(b"9" * 5000), 2, 2, "metadata[...]: integer value out of range"),
    "huge-exponent.jsonl": File(lambda: with_metadata(b"1e99999"), 2, 2, "metadata[...]: number out of range"),
    "deep.jsonl": File(lambda: with_metadata(b"[" * 500_000 + b"]" * 500_000), 2, 2, "The line is nested too deep."),
    "deep-by-one.jsonl": File(lambda: with_metadata(b"[" * 31 + b"]" * 31), 2, 2, "metadata.x: is nested deeper than"),
    "nul.jsonl": File(lambda: between(rb'{"prompt": "a\u0000b"}'), 2, 2, "The line holds the character NUL"),
    "half-a-character.jsonl": File(
        lambda: between(rb'{"prompt": "a\ud800"}'), 2, 2, "The line is not JSON: it holds half"
    ),
    "latin-1.jsonl": File(lambda: between('{"prompt": "café"}'.encode("latin-1")), 2, 2, "The line is not UTF-8 text."),
    "utf-16.jsonl": File(lambda: good(1).decode().encode("utf-16"), 0, WHOLE, "The file is UTF-16; save it as UTF-8."),
    "utf-16-unmarked.jsonl": File(lambda: good(1).decode().encode("utf-16-be"), 0, 1, "The line is not JSON"),
    "utf-32.jsonl": File(lambda: good(1).decode().encode("utf-32"), 0, WHOLE, "The file is UTF-32; save it as UTF-8."),
    "line-of-50-mb.jsonl": File(
        lambda: between(b'{"prompt": "' + b"a" * 50_000_000 + b'"}'), 2, 2, "The line is longer"
    ),
    "cut-off.jsonl": File(lambda: good(1, 2) + b'{"prompt": "Why', 2, 3, "The line is not JSON: it ends too early."),
    "cut-off-list.json": File(
        lambda: b'[\n{"prompt": "Why 1?"},\n{"prompt": "Why', 1, 2, "The list ends too early here"
    ),
    "twice-the-key.jsonl": File(lambda: between(b'{"prompt": "x", "prompt": "Why 3?"}'), 3),
    "million-objects.jsonl": File(lambda: with_metadata(b"[" + b"{}," * 3_000_000 + b"1e999]"), 2, 2, "metadata[...]"),
    "open-quote.csv": File(
        lambda: csv(b'"How?,x', *[b"y" * 999 for _ in range(40_000)]), 2, 3, "The row is longer than 16 MiB; is a quote"
    ),
    "million-columns.csv": File(
        lambda: b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n1,2\n", 0, WHOLE, "The CSV header names 1,000,000"
    ),
    "nul.csv": File(lambda: csv(b"a\0b,x"), 2, 3, "prompt: holds the character NUL"),
    "cells.csv": File(lambda: csv(b"x," * 100_000), 2, 3, "The row has 100001 cells, but the header has 2."),
    "formula.csv": File(lambda: csv(b"=HYPERLINK(1),x"), 3),
    "bomb.jsonl.gz": File(
        lambda: packed((good(1), 1), (bytes(MIB), 70)), 1, 2, "The gzip file unpacks to more than 200"
    ),
    "bomb-of-members.jsonl.gz": File(
        lambda: gzip.compress(good(1)) + gzip.compress(bytes(MIB)) * 400, 1, 2, "The gzip file unpacks to more than 200"
    ),
    "empty-members.jsonl.gz": File(
        lambda: gzip.compress(good(1)) + gzip.compress(b"") * 200_000,
        1,
        2,
        "The gzip file is made of more than 10,000 parts",
    ),
    "long-name.jsonl.gz": File(gzip_with_long_name, 1),
    "cut-off.jsonl.gz": File(lambda: gzip.compress(good(1, 500))[:-9], 500, 501, "The gzip file ends too early here"),
    "twice.jsonl.gz": File(
        lambda: gzip.compress(gzip.compress(good(1))), 0, WHOLE, "The file is packed with gzip twice"
    ),
    "archive.zip": File(zipped, 0, WHOLE, "The file is a ZIP archive"),
    "archive.tar": File(tar, 0, WHOLE, "The file is a tar archive"),
    "lines.jsonl.bz2": File(lambda: bz2.compress(good(1)), 0, WHOLE, "The file is packed with bzip2"),
    "lines.jsonl.xz": File(lambda: lzma.compress(good(1)), 0, WHOLE, "The file is packed with xz"),
    "bomb-of-one-cell.parquet": File(
        lambda: parquet({"prompt": ["a" * 70 * MIB]}, **FAST), 0, WHOLE, "The Parquet file unpacks to more"
    ),
    "page-of-gigabytes.parquet": File(parquet_page_of_gigabytes, 2, 2, "The rows 2 to 2 of the Parquet file cannot"),
    "deep.parquet": File(lambda: parquet_nested(40), 2, 2, "deep: is nested deeper than 32 levels"),
    "damaged.parquet": File(parquet_damaged, 2, 2, "The rows 2 to 2 of the Parquet file cannot be read"),
    "many-columns.parquet": File(parquet_of_many_columns, 0, WHOLE, "The Parquet file has 2,001 columns"),
    "footer-of-gigabytes.parquet": File(lambda: parquet_footer(2**31 - 1), 0, WHOLE, "The Parquet file cannot be read"),
    "footer-of-zeros.parquet": File(lambda: parquet_footer(900), 0, WHOLE, "The Parquet file cannot be read"),
}
