"""One process at a time starts or stops the server of a home."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.errors import EmbeddedError
from config.embedded.notice import say

# Longer than the longest recovery that the holder waits for.
LONGEST_WAIT = 400.0


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home's lock; the operating system frees it when its holder dies."""
    path = home / "postgres.lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EmbeddedError(f"The file {path} cannot be opened ({error.strerror}); check who owns it.") from error
    try:
        _take(handle, path)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path) -> None:
    begun = time.monotonic()
    told = False
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = time.monotonic() - begun
        if waited > LONGEST_WAIT:
            raise EmbeddedError(
                f"Another process has held {path} for {LONGEST_WAIT:.0f} s; see what it is doing with "
                f"`fuser {path}` and end it if it hangs."
            )
        if waited > 2 and not told:
            say("Waiting for another process that is starting or stopping the database.")
            told = True
        time.sleep(0.05)
