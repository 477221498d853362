"""Parquet as numbered rows."""

import os
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import msgspec

from core.importing import limits
from core.importing.interchange import RefusedFile, RefusedLine

MAGIC = b"PAR1"
ROWS_AT_ONCE = 8

Row = tuple[int, dict[str, Any] | RefusedLine]


def rows(file: BinaryIO, columns: Sequence[str] | None = None) -> Iterator[Row]:
    """Rows as dictionaries, numbered from 1; times as ISO 8601 text, keys of structs that hold nothing left out.

    `columns` reads only those. Raises RefusedFile when the file is not Parquet, lacks one of `columns`, or says that it
    unpacks like a bomb. A file that breaks later ends with its reason.
    """
    import pyarrow as pa
    from pyarrow import parquet

    number = 0
    try:
        for batch in _batches(parquet.ParquetFile, file, columns):
            for at in range(batch.num_rows):
                number += 1
                yield number, _row(batch.slice(at, 1))
    except RefusedLine as reason:
        yield number + 1, reason
    except (pa.ArrowException, OSError, MemoryError, UnicodeDecodeError) as error:
        if number == 0:
            raise RefusedFile(f"The Parquet file cannot be read: {_first_line(error)}.") from error
        yield number + 1, RefusedLine(f"The Parquet file cannot be read from here on: {_first_line(error)}.")


def _batches(open_parquet: Any, file: BinaryIO, columns: Sequence[str] | None) -> Iterator[Any]:
    packed = file.seek(0, os.SEEK_END)
    file.seek(0)
    table = open_parquet(file, memory_map=False, pre_buffer=False, buffer_size=limits.MIB)
    _refuse_columns(columns, table.schema_arrow.names)
    _refuse_bomb(table.metadata, packed)
    unpacked = 0
    for batch in table.iter_batches(ROWS_AT_ONCE, columns=columns, use_threads=False):
        plain = _without_dictionaries(batch)
        unpacked += plain.nbytes
        if unpacked > limits.UNPACKED_WINDOW and unpacked > min(limits.UNPACKED_BYTES, limits.UNPACKED_RATIO * packed):
            raise RefusedLine(
                f"The Parquet file unpacks to more than {limits.UNPACKED_RATIO} times its size, or to more than "
                f"{limits.UNPACKED_BYTES // limits.GIB} GiB, like a bomb. Nothing from here on was read."
            )
        yield plain


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _refuse_columns(wanted: Sequence[str] | None, present: Sequence[str]) -> None:
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


def _row(batch: Any) -> dict[str, Any] | RefusedLine:
    if batch.nbytes > limits.LINE_BYTES:
        return RefusedLine(f"The row is longer than {limits.LINE_BYTES // limits.MIB} MiB.")
    try:
        values = batch.to_pylist()[0]
        return {name: _plain(value) for name, value in values.items()}
    except UnicodeDecodeError:
        return RefusedLine("The row is not UTF-8 text.")
    except (TypeError, ValueError, OverflowError) as error:
        return RefusedLine(f"The row holds a value that is neither text nor a number: {_first_line(error)}.")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | float) else msgspec.to_builtins(value)
