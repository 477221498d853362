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
TAR = b"ustar"
TAR_AT = 257
FOREIGN = {
    b"\xff\xfe\0\0": "The file is UTF-32; save it as UTF-8.",
    b"\0\0\xfe\xff": "The file is UTF-32; save it as UTF-8.",
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
    """An open file: its records, which are JSON lines, rows of a table, or reasons why one could not be read.

    `kind` is what the file is, for a person.
    """

    records: Records
    counted: "_Counted"
    kind: str
    text: "Stream | None" = None
    head: "Head | None" = None
    packed: gunzip.Gunzip | None = None
    table: columnar.Table | None = None

    @property
    def bytes_parsed(self) -> float:
        """How much of the file the records so far took, where only a head of its text is read."""
        assert self.text is not None
        return self.text.tell() * (self.packed.share if self.packed else 1)

    @property
    def bytes_read(self) -> int:
        return self.counted.bytes_read


class _Counted(io.RawIOBase):
    """A binary file that knows how much of it was read."""

    def __init__(self, inner: BinaryIO) -> None:
        self.inner = inner
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any, /) -> int:
        part = self.inner.read(len(target))
        target[: len(part)] = part
        self.bytes_read += len(part)
        return len(part)

    def seekable(self) -> bool:
        return self.inner.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self.inner.seek(offset, whence)

    def tell(self) -> int:
        return self.inner.tell()


class Head(io.RawIOBase):
    """The first bytes of a stream. Reading on raises RefusedLine, for what is there is not read; `is_over` says so."""

    def __init__(self, inner: Stream, most: int) -> None:
        self._inner, self._most, self._read = inner, most, 0
        self.is_over = False

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._read

    def readinto(self, target: Any, /) -> int:
        part = self._inner.read1(min(len(target), max(1, self._most - self._read)))
        if part and self._read >= self._most:
            self.is_over = True
            raise RefusedLine(f"It is longer than {self._most // limits.MIB} MiB, as far as a preview looks.")
        self._read += len(part)
        target[: len(part)] = part
        return len(part)


Source = Path | str | BinaryIO


@contextmanager
def opened(
    source: Source, columns: Sequence[str] = (), *, called: str = "", most: int | None = None
) -> Iterator[Opened]:
    """The records of a path, of `-` for standard input, or of a binary file, which stays open.

    `columns`, when given, are the only ones read of a Parquet file. `called` is the file's name where the path is not;
    text ends after `most` unpacked bytes. Raises RefusedFile when the whole is no file that Preferee reads; where only
    a record is at fault, the RefusedLine stands in its place.
    """
    inner = _file(source)
    try:
        counted = _Counted(inner)
        yield _opened(counted, called or _name(source, inner), columns, most)
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


def _opened(counted: _Counted, name: str, columns: Sequence[str], most: int | None) -> Opened:
    stream: Stream = io.BufferedReader(counted, limits.MIB)
    if _begins(stream, columnar.MAGIC):
        table = columnar.Table(_seekable(stream, counted), columns or None, only_head=most is not None)
        return Opened(iter(table), counted, "Parquet", table=table)
    packed = head = None
    if _begins(stream, gunzip.MAGIC):
        packed = gunzip.Gunzip(stream)
        stream = io.BufferedReader(packed, limits.MIB)
        _peek_unpacked(stream)
    if most is not None:
        head = Head(stream, most)
        stream = io.BufferedReader(head, limits.MIB)
    kind, records = _text_records(stream, name)
    return Opened(records, counted, f"{kind}, packed with gzip" if packed else kind, stream, head, packed)


def _begins(stream: Stream, magic: bytes) -> bool:
    return stream.peek(len(magic)).startswith(magic)


def _seekable(stream: Stream, counted: _Counted) -> BinaryIO:
    if not stream.seekable():
        raise RefusedFile("Parquet cannot be read from a pipe, for its index is at the end; give the path of the file.")
    return counted.inner


def _peek_unpacked(stream: Stream) -> None:
    try:
        stream.peek()
    except RefusedLine as reason:
        raise RefusedFile(str(reason)) from reason


def _text_records(stream: Stream, name: str) -> tuple[str, Records]:
    for magic, reason in FOREIGN.items():
        if _begins(stream, magic):
            raise RefusedFile(reason)
    if stream.peek(TAR_AT + len(TAR))[TAR_AT:].startswith(TAR):
        raise RefusedFile("The file is a tar archive; unpack it and give the files in it.")
    if _begins(stream, columnar.MAGIC):
        raise RefusedFile("The Parquet file is packed with gzip; unpack it first (gunzip FILE).")
    if _begins(stream, BYTE_ORDER_MARK):
        stream.read(len(BYTE_ORDER_MARK))
    head = stream.peek()
    if TABLE_NAME.search(name) or not (LINES_NAME.search(name) or _has_objects(head)):
        return "CSV", delimited.rows(stream)
    if _is_one_list(head):
        return "JSON", elements(stream)
    return "JSON lines", filled_lines(stream)


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
