"""What belongs to one event loop while a batch is worked on: opened backends, and the database beside the loop.

A loop must not wait for the database. Its connection is that of the thread that runs the loop, which does nothing else
with it meanwhile, so statements go over it from within the loop, one at a time.
"""

import asyncio
import gc
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from core.bulk import Values
from core.models import Project
from synth.backends.opening import open_backend
from synth.backends.protocol import Backend
from synth.statements import Rows, Statements
from synth.storing import Writer
from synth.targets import Target


class Desk:
    def __init__(self) -> None:
        self.statements = Statements(_connection_around())
        self.asked: dict[bytes, asyncio.Future[Any]] = {}  # what is asked now, by its key
        self._opened: dict[Target, Backend] = {}
        self._writers: dict[int, Writer] = {}
        gc.freeze()  # all that is there now outlives the batch; to search it for garbage would stop the loop for long

    async def fetch(self, sql: str, values: Values) -> Rows:
        statement = self.statements.queue(sql, lambda: values)
        self.statements.go_on()
        return await statement.done

    @contextmanager
    def asking(self, keys: Iterable[bytes]) -> Iterator[dict[bytes, Any]]:
        """Takes the answers to these; whoever wants the same meanwhile waits for them in `asked`."""
        waited = {key: asyncio.get_running_loop().create_future() for key in keys}
        self.asked |= waited
        answers: dict[bytes, Any] = {}
        try:
            yield answers
        finally:
            for key, each in waited.items():
                del self.asked[key]
                if each.done():
                    continue
                if key in answers:
                    each.set_result(answers[key])
                else:
                    each.cancel()

    def backend_of(self, target: Target) -> Backend:
        """One client for the whole batch."""
        if target not in self._opened:
            self._opened[target] = open_backend(target)
        return self._opened[target]

    def writer_of(self, project: Project) -> Writer:
        """One for the whole batch, so that replies to all who ask gather."""
        if project.pk not in self._writers:
            self._writers[project.pk] = Writer(self.statements, project.pk)
        return self._writers[project.pk]

    async def close(self) -> None:
        gc.unfreeze()
        for backend in self._opened.values():
            await backend.close()
        self.statements.close()


def _connection_around() -> BaseDatabaseWrapper:
    """That of the code that started the loop: inside it, Django would show a new one to each task."""
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    try:
        connections[DEFAULT_DB_ALIAS].ensure_connection()
        return connections[DEFAULT_DB_ALIAS]
    finally:
        asyncio._set_running_loop(loop)


_desks: "WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Desk, AsyncGenerator[Desk]]]" = WeakKeyDictionary()


async def desk() -> Desk:
    """That of the running loop. It is cleared when the loop ends, which ends its generators."""
    loop = asyncio.get_running_loop()
    if loop not in _desks:
        kept = _until_the_loop_ends(loop)
        _desks[loop] = await anext(kept), kept
    return _desks[loop][0]


async def _until_the_loop_ends(loop: asyncio.AbstractEventLoop) -> AsyncGenerator[Desk]:
    made = Desk()
    try:
        yield made
    finally:
        await made.close()
        _desks.pop(loop, None)
