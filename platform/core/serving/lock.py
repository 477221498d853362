"""One `serve` a home; the operating system frees the lock when its holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.embedded.directories import prepare_home
from core.errors import PrefereeError


@dataclass
class Lock:
    """`database` is the process of the PostgreSQL that the holder started; one that was killed leaves it behind."""

    handle: int
    database: int | None

    def note(self, database: int | None) -> None:
        self.database = database
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, f"{os.getpid()} {database or ''}\n".encode(), 0)


@contextmanager
def only_one(home: Path) -> Iterator[Lock]:
    """Raises PrefereeError where another process serves from this home."""
    prepare_home(home)
    path = home / "serve.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        holder, *database = os.pread(handle, 100, 0).decode().split() or ["unknown"]
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PrefereeError(
                f"{home} is served already, by process {holder}. Stop that one with Ctrl-C or `kill {holder}`, or set "
                "PREFEREE_HOME to another folder."
            ) from None
        lock = Lock(handle, int(database[0]) if database else None)
        lock.note(lock.database)
        yield lock
    finally:
        os.close(handle)
