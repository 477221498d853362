"""Parquet as numbered rows, which a process of their own unpacks.

A damaged or hostile file can make pyarrow end its process, or unpack one page of gigabytes: both then cost a file.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, cast

import msgspec

from core.importing.interchange import RefusedFile, RefusedLine

MAGIC = b"PAR1"
HEAD_SECONDS = 20  # of a processor, where only the beginning is looked at
BROKE = (
    "The Parquet file cannot be read from here on: unpacking it broke, so it is damaged, or a page of it is too large. "
    "Write it again."
)

Row = tuple[int, dict[str, Any] | RefusedLine]

_decode = msgspec.msgpack.Decoder().decode


class Table:
    """Rows as dictionaries, numbered from 1; times as ISO 8601 text, keys of structs that hold nothing left out.

    `columns` reads only those. Iterating raises RefusedFile when the file is not Parquet, lacks one of `columns`, or
    says that it unpacks like a bomb. A file that breaks later ends with its reason.
    """

    def __init__(self, file: BinaryIO, columns: Sequence[str] | None = None, *, only_head: bool = False) -> None:
        self._file, self._columns, self._only_head = file, columns, only_head
        self.total: int | None = None
        self.number = 0

    @property
    def share(self) -> float:
        """Which part of its rows were read."""
        return self.number / self.total if self.total else 0

    def __iter__(self) -> Iterator[Row]:
        with _on_disk(self._file) as file, _unpacking(file, self._columns, self._only_head) as process:
            try:
                yield from self._rows(cast(BinaryIO, process.stdout))
            finally:
                process.kill()

    def _rows(self, said: BinaryIO) -> Iterator[Row]:
        while (kind_and_value := _heard(said)) is not None:
            kind, value = kind_and_value
            if kind == "end":
                return
            if kind == "file":
                raise RefusedFile(value)
            if kind == "total":
                self.total = value
                continue
            if kind == "skip":
                self.number += value
                continue
            self.number += 1
            yield self.number, RefusedLine(value) if kind == "line" else value
        if self.number == 0:
            raise RefusedFile(BROKE)
        yield self.number + 1, RefusedLine(BROKE)


def _on_disk(file: BinaryIO) -> BinaryIO:
    """A file that another process can read too."""
    try:
        return os.fdopen(os.dup(file.fileno()), "rb")
    except OSError:
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.flush()
        return cast(BinaryIO, copy)


def _unpacking(file: BinaryIO, columns: Sequence[str] | None, only_head: bool) -> "subprocess.Popen[bytes]":
    wanted = msgspec.json.encode({"file": file.fileno(), "columns": columns, "seconds": HEAD_SECONDS * only_head})
    # One thread: others would take address space, which is limited.
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "core.importing.unpacking", wanted.decode()],
        pass_fds=[file.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=2**18,
        env={**kept, **threads, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _heard(said: BinaryIO) -> tuple[str, Any] | None:
    """What the process says next: a kind and a value behind their length; None where it broke off."""
    head = said.read(4)
    size = int.from_bytes(head, "big")
    body = said.read(size) if len(head) == 4 else b""
    return _decode(body) if body and len(body) == size else None
