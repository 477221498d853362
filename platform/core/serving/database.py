"""The embedded PostgreSQL under `serve`: started where it does not run, started again, stopped where it is ours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from config import embedded
from core.serving.asking import asked_to_stop
from core.serving.backoff import Backoff
from core.serving.lock import Lock


class Database:
    def __init__(self, home: Path, say: Callable[[str], None], lock: Lock | None = None) -> None:
        self.home, self.say, self.lock = home, say, lock
        self.is_ours = False
        self.pid: int | None = None
        self.backoff = Backoff()

    def start(self) -> None:
        """Where it runs already, it is ours only if a `serve` that was killed had started it."""
        there = embedded.status(self.home)
        self.is_ours = not there.running or (self.lock is not None and there.pid == self.lock.database)
        if not there.running:
            self.say("Starting PostgreSQL")
            embedded.ensure_running(self.home)
        self._note()

    def look(self) -> None:
        """Start it again where it was killed; where a worker that asked it was quicker, its server is ours as well."""
        if not self.backoff.is_over():
            return
        process = embedded.process_of(self.home)
        if process is not None and process == self.pid:
            return
        self.say("PostgreSQL has ended; it is started again.")
        self.is_ours = True
        self.backoff.died()
        try:
            embedded.ensure_running(self.home)
            self._note()
        except embedded.EmbeddedError as error:
            self.say(str(error))

    def stop(self) -> None:
        if self.is_ours:
            embedded.stop(self.home)
            self.is_ours = False
            self._note()

    def _note(self) -> None:
        self.pid = embedded.process_of(self.home)
        if self.lock is not None:
            self.lock.note(self.pid if self.is_ours else None)


@contextmanager
def running(home: Path | None, say: Callable[[str], None], lock: Lock | None = None) -> Iterator[Database | None]:
    """The home's database while the block runs; None where DATABASE_URL names a server that others look after."""
    database = Database(home, say, lock) if home is not None else None
    try:
        if database is not None:
            database.start()
        yield database
    finally:
        connections.close_all()
        if database is not None:
            with asked_to_stop():  # an impatient Ctrl-C must not leave it running
                database.stop()
