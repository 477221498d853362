"""Open a file, or standard input, as a stream of numbered raw records. What a file is shows in its first bytes."""

import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from core.importing import columnar, delimited, gunzip, limits
from core.importing.elements import elements
from core.importing.interchange import RefusedFile, RefusedLine
from core.importing.physical import Stream, filled_lines

Raw = bytes | dict[str, Any] | RefusedLine
Records = Iterator[tuple[int, Raw]]

STANDARD_INPUT = "-"
TABLE_NAME = re.compile(r"\.(csv|tsv)(\.gz)?$", re.IGNORECASE)
LINES_NAME = re.compile(r"\.(jsonl|ndjson|json)(\.gz)?$", re.IGNORECASE)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
FOREIGN = {
    b"\xff\xfe": "The file is UTF-16; save it as UTF-8.",
    b"\xfe\xff": "The file is UTF-16; save it as UTF-8.",
    b"PK\x03\x04": "The file is a ZIP archive; unpack it and give the files in it.",
    b"\x28\xb5\x2f\xfd": "The file is packed with zstd; unpack it first (zstd -d FILE).",
    b"BZh": "The file is packed with bzip2; unpack it first (bunzip2 FILE).",
    b"\xfd7zXZ": "The file is packed with xz; unpack it first (unxz FILE).",
    gunzip.MAGIC: "The file is packed with gzip twice; unpack it once first.",
}


@dataclass
class Opened:
    """An open file: its records, which are JSON lines, rows of a table, or reasons why one could not be read."""

    records: Records
    counted: "_Counted"

    @property
    def bytes_read(self) -> int:
        return self.counted.bytes_read


class _Counted(io.RawIOBase):
    """A binary file that knows how much of it was read."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any, /) -> int:
        part = self._inner.read(len(target))
        target[: len(part)] = part
        self.bytes_read += len(part)
        return len(part)

    def seekable(self) -> bool:
        return self._inner.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()


Source = Path | str | BinaryIO


@contextmanager
def opened(source: Source, columns: Sequence[str] = ()) -> Iterator[Opened]:
    """The records of a path, of `-` for standard input, or of a binary file, which stays open.

    `columns`, when given, are the only ones read of a Parquet file. Raises RefusedFile when the whole is no file that
    Preferee reads; where only a record is at fault, the RefusedLine stands in its place.
    """
    inner = _file(source)
    try:
        counted = _Counted(inner)
        yield Opened(_records(counted, _name(source, inner), columns), counted)
    finally:
        if isinstance(source, Path) or (isinstance(source, str) and source != STANDARD_INPUT):
            inner.close()


def _file(source: Source) -> BinaryIO:
    if source == STANDARD_INPUT:
        return sys.stdin.buffer
    if not isinstance(source, str | Path):
        return source
    try:
        return Path(source).open("rb")
    except OSError as error:
        raise RefusedFile(f"{source} cannot be read: {error.strerror or error}.") from error


def _name(source: Source, inner: BinaryIO) -> str:
    name = source if isinstance(source, str | Path) else getattr(inner, "name", "")
    return str(name)


def _records(counted: _Counted, name: str, columns: Sequence[str]) -> Records:
    stream: Stream = io.BufferedReader(counted, limits.MIB)
    if _begins(stream, columnar.MAGIC):
        return columnar.rows(_seekable(stream), columns or None)
    if _begins(stream, gunzip.MAGIC):
        stream = io.BufferedReader(gunzip.Gunzip(stream), limits.MIB)
        _peek_unpacked(stream)
    return _text_records(stream, name)


def _begins(stream: Stream, magic: bytes) -> bool:
    return stream.peek(len(magic)).startswith(magic)


def _seekable(stream: Stream) -> BinaryIO:
    if not stream.seekable():
        raise RefusedFile("Parquet cannot be read from a pipe, for its index is at the end; give the path of the file.")
    return stream


def _peek_unpacked(stream: Stream) -> None:
    try:
        stream.peek()
    except RefusedLine as reason:
        raise RefusedFile(str(reason)) from reason


def _text_records(stream: Stream, name: str) -> Records:
    for magic, reason in FOREIGN.items():
        if _begins(stream, magic):
            raise RefusedFile(reason)
    if _begins(stream, columnar.MAGIC):
        raise RefusedFile("The Parquet file is packed with gzip; unpack it first (gunzip FILE).")
    if _begins(stream, BYTE_ORDER_MARK):
        stream.read(len(BYTE_ORDER_MARK))
    head = stream.peek()
    if TABLE_NAME.search(name) or not (LINES_NAME.search(name) or _has_objects(head)):
        return delimited.rows(stream)
    if _is_one_list(head):
        return elements(stream)
    return filled_lines(stream)


def _is_one_list(head: bytes) -> bool:
    """Whether the file is a JSON list, and not lines of which the first happens to be one."""
    if not head.lstrip().startswith(b"["):
        return False
    first, _, rest = head.lstrip().partition(b"\n")
    try:
        msgspec.json.decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    return not rest.strip()


def _has_objects(head: bytes) -> bool:
    """Whether a stream without a telling name looks like lines of JSON, a first bad line included."""
    return any(line.lstrip().startswith((b"{", b"[")) for line in head.splitlines())
