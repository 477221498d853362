"""Statements over a connection that is not asynchronous, from within an event loop: one at a time, in their order."""

import asyncio
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus
from psycopg.waiting import Ready, Wait

from core.bulk import Values

Rows = list[tuple[Any, ...]]


class Statement:
    """`values` is called when it is sent; `done` has its rows.

    `sent` is done when all of it has left this process. Outside of a transaction the database then carries it out,
    whatever becomes of us: it looks for who asked only when it has the answer.
    """

    def __init__(self, sql: str, values: Callable[[], Values]) -> None:
        loop = asyncio.get_running_loop()
        self.sql, self.values = sql, values
        self.sent: asyncio.Future[None] = loop.create_future()
        self.done: asyncio.Future[Rows] = loop.create_future()

    def leave(self) -> None:
        if not self.sent.done():
            self.sent.set_result(None)

    def end(self, rows: Rows) -> None:
        self.leave()
        if not self.done.done():
            self.done.set_result(rows)

    def fail(self, error: Exception) -> None:
        for each in (self.sent, self.done):
            if not each.done():
                each.set_exception(error)
                each.exception()  # not everybody waits for both


class Statements:
    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        """`connection` is open."""
        self._wrapper, self._connection = connection, connection.connection
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Statement] = deque()
        self._under_way: tuple[Statement, Any, Generator[Wait, Ready, None]] | None = None

    def queue(self, sql: str, values: Callable[[], Values]) -> Statement:
        statement = Statement(sql, values)
        self._waiting.append(statement)
        return statement

    def go_on(self) -> None:
        """Takes what the database has answered by now, and sends what is next.

        A busy loop comes to look only when all else had its turn, so whoever has something to send looks first.
        """
        if self._under_way is not None:
            self._step(Ready.R)
        while self._under_way is None and self._waiting:
            self._begin(self._waiting.popleft())

    @property
    def busy(self) -> bool:
        return self._under_way is not None

    def close(self) -> None:
        """What is under way ends first: the connection is somebody else's afterwards."""
        if self._under_way is not None:
            self._leave_alone()
            while self._connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self._connection.pgconn.get_result()

    def _begin(self, statement: Statement) -> None:
        try:
            with self._wrapper.wrap_database_errors:
                cursor = self._connection.cursor()
                steps = cursor._execute_gen(statement.sql, statement.values())
                wanted = next(steps)
        except Exception as error:
            statement.fail(error)
        else:
            self._under_way = statement, cursor, steps
            self._loop.add_reader(self._connection.pgconn.socket, self._woken, Ready.R)
            self._wait(wanted)

    def _woken(self, ready: Ready) -> None:
        self._step(ready)
        self.go_on()

    def _step(self, ready: Ready) -> None:
        assert self._under_way is not None
        statement, cursor, steps = self._under_way
        try:
            with self._wrapper.wrap_database_errors:
                wanted = steps.send(ready)
        except StopIteration:
            self._leave_alone()
            statement.end(cursor.fetchall())
        except Exception as error:
            self._leave_alone()
            statement.fail(error)
        else:
            self._wait(wanted)

    def _wait(self, wanted: Wait) -> None:
        """It wants to write only while there is more of it to send."""
        assert self._under_way is not None
        if wanted & Wait.W:
            self._loop.add_writer(self._connection.pgconn.socket, self._woken, Ready.W)
        else:
            self._loop.remove_writer(self._connection.pgconn.socket)
            self._under_way[0].leave()

    def _leave_alone(self) -> None:
        self._under_way = None
        if not self._connection.closed:
            self._loop.remove_reader(self._connection.pgconn.socket)
            self._loop.remove_writer(self._connection.pgconn.socket)
