"""What belongs to one event loop while a batch is worked on: opened backends, and the database beside the loop.

A loop must not wait for the database. The thread that runs it does nothing else meanwhile, so another thread uses its
connection for it, one statement at a time.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from synth.backends.opening import open_backend
from synth.backends.protocol import Backend
from synth.targets import Target

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    def __init__(self) -> None:
        self._connection = _connection_around()
        self._connection.inc_thread_sharing()
        self._thread = ThreadPoolExecutor(1, "beside", initializer=self._take_connection)
        self._opened: dict[Target, Backend] = {}

    def _take_connection(self) -> None:
        connections[DEFAULT_DB_ALIAS] = self._connection

    async def aside(self, function: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    def backend_of(self, target: Target) -> Backend:
        """One client for the whole batch."""
        if target not in self._opened:
            self._opened[target] = open_backend(target)
        return self._opened[target]

    async def close(self) -> None:
        for backend in self._opened.values():
            await backend.close()
        self._thread.shutdown()
        self._connection.dec_thread_sharing()


def _connection_around() -> BaseDatabaseWrapper:
    """That of the code that started the loop: inside it, Django would show a new one to each task."""
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    try:
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
