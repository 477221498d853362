"""The process that unpacks a Parquet file, under a limit of memory: rows go out as MessagePack behind their length.

It knows nothing of Django. Started by `columnar`, with a JSON object that names the open file and the columns.
"""

import contextlib
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import msgspec

from core.importing import limits
from core.importing.interchange import RefusedFile, RefusedLine

ROWS_AT_ONCE = 8
NO_MEMORY = (
    f"unpacking a part of it needs more than {limits.UNPACKING_MEMORY // limits.GIB} GiB of memory. "
    "If its content is meant, write it again with smaller row groups and pages"
)

_encode = msgspec.msgpack.Encoder().encode


def main(wanted: dict[str, Any], out: BinaryIO) -> None:
    """Say the number of rows, then each row or why it is refused, then that this was all."""
    _limit(resource.RLIMIT_AS, limits.UNPACKING_MEMORY)
    if wanted["seconds"]:
        _limit(resource.RLIMIT_CPU, wanted["seconds"])
    with os.fdopen(wanted["file"], "rb") as file:
        try:
            for kind, value in _said(file, wanted["columns"]):
                _say(out, kind, value)
        except RefusedFile as refused:
            _say(out, "file", str(refused))
    _say(out, "end", None)
    out.flush()


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _say(out: BinaryIO, kind: str, value: Any) -> None:
    body = _encode((kind, value))
    out.write(len(body).to_bytes(4, "big"))
    out.write(body)


def _said(file: BinaryIO, columns: Sequence[str] | None) -> Iterator[tuple[str, Any]]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except MemoryError as error:
        raise RefusedFile("There is too little memory to read Parquet here.") from error

    try:
        packed = file.seek(0, os.SEEK_END)
        file.seek(0)
        table = parquet.ParquetFile(file, memory_map=False, pre_buffer=False, buffer_size=limits.MIB)
        _refuse_columns(columns, table.schema_arrow.names)
        _refuse_bomb(table.metadata, packed)
        counts = [table.metadata.row_group(at).num_rows for at in range(table.metadata.num_row_groups)]
    except (pa.ArrowException, OSError, MemoryError, UnicodeDecodeError) as error:
        raise RefusedFile(f"The Parquet file cannot be read: {_why(error)}.") from error
    yield "total", sum(counts)
    account = _Account(packed)
    number = 0
    for group, count in enumerate(counts):
        first = number + 1
        try:
            for batch in table.iter_batches(ROWS_AT_ONCE, row_groups=[group], columns=columns, use_threads=False):
                plain = account.checked(batch)
                for at in range(plain.num_rows):
                    number += 1
                    yield _row(plain.slice(at, 1))
        except RefusedLine as reason:
            yield "line", str(reason)
            return
        except (pa.ArrowException, OSError, MemoryError, UnicodeDecodeError) as error:
            last = first + count - 1
            yield "line", f"The rows {number + 1} to {last} of the Parquet file cannot be read: {_why(error)}."
            yield "skip", last - number - 1
            number = last


class _Account:
    """What was unpacked so far, against what the file may unpack to."""

    def __init__(self, packed: int) -> None:
        self._most = max(limits.UNPACKED_WINDOW, min(limits.UNPACKED_BYTES, limits.UNPACKED_RATIO * packed))
        self._unpacked = 0

    def checked(self, batch: Any) -> Any:
        plain = _without_dictionaries(batch)
        self._unpacked += plain.nbytes
        if self._unpacked > self._most:
            raise RefusedLine(
                f"The Parquet file unpacks to more than {limits.UNPACKED_RATIO} times its size, or to more than "
                f"{limits.UNPACKED_BYTES // limits.GIB} GiB, like a bomb. Nothing from here on was read."
            )
        return plain


def _why(error: BaseException) -> str:
    return NO_MEMORY if isinstance(error, MemoryError) else _first_line(error)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _refuse_columns(wanted: Sequence[str] | None, present: Sequence[str]) -> None:
    if len(present) > limits.COLUMNS:
        raise RefusedFile(f"The Parquet file has {len(present):,} columns; at most {limits.COLUMNS:,} are read.")
    if missing := [name for name in wanted or () if name not in present]:
        raise RefusedFile(
            f"The Parquet file has no column {', '.join(map(repr, missing))}; its columns are {', '.join(present)}."
        )
    if repeated := sorted({name for name in present if list(present).count(name) > 1}):
        raise RefusedFile(f"The Parquet file names a column twice: {', '.join(map(repr, repeated))}. Rename one.")


def _refuse_bomb(metadata: Any, packed: int) -> None:
    # Only the sums of row groups: pyarrow aborts the process on some damaged column metadata.
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        unpacked = group.total_byte_size
        if unpacked > limits.UNPACKED_WINDOW and unpacked > limits.UNPACKED_RATIO * packed:
            raise RefusedFile(
                f"The Parquet file unpacks to more than {limits.UNPACKED_RATIO} times its size, like a bomb. If its "
                "content is meant, write the file again without compression."
            )


def _without_dictionaries(batch: Any) -> Any:
    """Written out, so that a value repeated by reference counts every time."""
    for place, column in enumerate(batch.columns):
        if hasattr(column, "dictionary_decode"):
            batch = batch.set_column(place, batch.schema.names[place], column.dictionary_decode())
    return batch


def _row(batch: Any) -> tuple[str, Any]:
    if batch.nbytes > limits.LINE_BYTES:
        return "line", f"The row is longer than {limits.LINE_BYTES // limits.MIB} MiB."
    try:
        values = batch.to_pylist()[0]
        row = {name: _plain(value) for name, value in values.items()}
        _encode(row)
    except UnicodeDecodeError:
        return "line", "The row is not UTF-8 text."
    except RecursionError:
        return "line", "The row is nested too deep."
    except (TypeError, ValueError, OverflowError) as error:
        return "line", f"The row holds a value that is neither text nor a number: {_first_line(error)}."
    return "row", row


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | float) else msgspec.to_builtins(value)


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1]), sys.stdout.buffer)
