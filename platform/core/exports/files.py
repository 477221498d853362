"""Files that appear whole or not at all: written under a temporary name, sealed with a hash, renamed at the end."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import PrefereeError

ROWS_A_GROUP = 2_500


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file, as the manifest records it."""

    name: str
    rows: int
    bytes: int
    sha256: str


class Sink(Protocol):
    rows: int

    def write(self, rows: Sequence[dict[str, Any]]) -> None: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


class Jsonl:
    """One JSON object a line, UTF-8."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.rows = file, 0
        self._encoder = msgspec.json.Encoder()

    def write(self, rows: Sequence[Any]) -> None:
        self.file.write(self._encoder.encode_lines(rows))
        self.rows += len(rows)

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass


class Parquet:
    """Columns, zstd, in row groups of one size whatever the batches were, so that the bytes do not depend on them."""

    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        self.rows, self._held = 0, []  # type: ignore[var-annotated]
        self.schema = schema
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        self._held += rows
        self.rows += len(rows)
        while len(self._held) >= ROWS_A_GROUP:
            self._group(ROWS_A_GROUP)

    def close(self) -> None:
        if self._held:
            self._group(len(self._held))
        self._writer.close()

    def abandon(self) -> None:
        self._writer.is_open = False  # or it tries to write its end when it is collected, and complains

    def _group(self, size: int) -> None:
        rows, self._held = self._held[:size], self._held[size:]
        columns = [_column([row[field.name] for row in rows], field.type) for field in self.schema]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self.schema))


class Folder:
    """The files of one export. `finish` puts all of them in place; without it, nothing of them remains."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: dict[str, BinaryIO] = {}
        self._sinks: dict[str, Sink] = {}
        self._sealed: list[str] = []

    def jsonl(self, name: str) -> Sink:
        self._sinks[name] = Jsonl(self._begin(name))
        return self._sinks[name]

    def parquet(self, name: str, schema: pa.Schema) -> Sink:
        self._sinks[name] = Parquet(self._begin(name), schema)
        return self._sinks[name]

    def seal(self) -> list[Written]:
        """Close and hash every file; they still have their temporary names."""
        written = []
        for name, sink in self._sinks.items():
            sink.close()
            self._seal(name)
            written.append(Written(name, sink.rows, self._partial(name).stat().st_size, _digest(self._partial(name))))
        return written

    def put(self, name: str, text: str) -> None:
        self._begin(name).write(text.encode())
        self._seal(name)

    def finish(self) -> None:
        """Rename every sealed file, the last one put last."""
        while self._sealed:
            name = self._sealed.pop(0)
            self._partial(name).replace(self.path / name)

    def discard(self) -> None:
        for sink in self._sinks.values():
            sink.abandon()
        for file in self._open.values():
            with suppress(OSError):  # what is left in its buffer may not fit on the disk either
                file.close()
        for name in [*self._open, *self._sealed]:
            self._partial(name).unlink(missing_ok=True)

    def _begin(self, name: str) -> BinaryIO:
        self._open[name] = self._partial(name).open("wb")
        return self._open[name]

    def _seal(self, name: str) -> None:
        file = self._open[name]
        file.flush()
        os.fsync(file.fileno())
        file.close()
        self._sealed.append(name)
        del self._open[name]

    def _partial(self, name: str) -> Path:
        return self.path / f".{name}.{os.getpid()}.partial"


@contextmanager
def folder(path: Path) -> Iterator[Folder]:
    """A folder to export into, made where it is missing. Raises PrefereeError where it cannot be written."""
    target = Folder(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        yield target
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise PrefereeError(f"The disk of {path} is full. Free some space and export again.") from error
        raise PrefereeError(f"{path} cannot be written: {error.strerror}. Choose another folder.") from error
    finally:
        target.discard()


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    """What from_pylist makes, sooner: lists and records, none of them null, are taken apart here."""
    if pa.types.is_list(kind):
        ends = [0, *accumulate(map(len, values))]
        inner = _column([value for values_of_one in values for value in values_of_one], kind.value_type)
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), inner, type=kind)
    if pa.types.is_struct(kind):
        parts = [_column([value[field.name] for value in values], field.type) for field in kind]
        return pa.StructArray.from_arrays(parts, fields=list(kind))
    return pa.array(values, kind)


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()
