"""Sentences out of what PostgreSQL's programs wrote and what the operating system refused."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.errors import EmbeddedError

TELLING = re.compile(r"(?:FATAL|PANIC|ERROR|error):\s+(.*)")
FULL_DISK = re.compile(r"No space left on device|wrote only \d+ of \d+ bytes|Check free disk space")
EPILOGUE = re.compile(
    r"database system is shut down|examine the log output|stopped waiting|removing contents of", re.IGNORECASE
)


def complaint(text: str, where: Path, what_failed: str) -> str:
    """One sentence: what failed, where, and the most telling line of `text`."""
    if FULL_DISK.search(text):
        return _disk_is_full(where, what_failed)
    return f"{what_failed} in {where}: {_telling_line(text)}"


@contextmanager
def explained(where: Path, what_failed: str) -> Iterator[None]:
    """Turn the operating system's refusals into sentences."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise EmbeddedError(_disk_is_full(where, what_failed)) from error
        raise EmbeddedError(f"{what_failed} in {where}: {error}.") from error


def _disk_is_full(where: Path, what_failed: str) -> str:
    return f"{what_failed}: the disk that holds {where} is full; free some space and start again."


def _telling_line(text: str) -> str:
    if found := TELLING.findall(text):
        return str(found[-1])
    lines = [line.strip() for line in text.splitlines() if line.strip() and not EPILOGUE.search(line)]
    return lines[-1] if lines else "the program gave no reason."
