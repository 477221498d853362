"""Statements that are asked all the time: each is planned once a connection, and its values travel beside it.

They go to libpq themselves, for a cursor costs four times what the rest of a short statement does in Python; several
that do not wait for each other go together, with the BEGIN of their transaction.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg import Connection
from psycopg.abc import PQGen
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute, fetch, send
from psycopg.postgres import types
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.types.datetime import TimestamptzLoader

Values = Sequence[Any] | Mapping[str, Any]
Rows = list[tuple[Any, ...]]
FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE)
MARK = re.compile(r"%(?:\((\w+)\))?s|%%")
# A number is prepared as the widest, so that the next one fits whatever its size; so is an array of numbers.
NARROW = ("int2", "int4")
WIDE = {types[name].oid: types["int8"].oid for name in NARROW}
WIDE |= {types[name].array_oid: types["int8"].array_oid for name in NARROW}


@dataclass(frozen=True, slots=True)
class Statement:
    """As PostgreSQL reads it; `names` of its values, in their order, where they have some."""

    sql: bytes
    names: tuple[str, ...]


@lru_cache(maxsize=1_000)
def read(sql: str) -> Statement:
    """A statement with %s or with %(name)s; what is named twice travels once."""
    names: list[str] = []

    def numbered(mark: re.Match[str]) -> str:
        if mark[0] == "%%":
            return "%"
        name = mark[1] or str(len(names))
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    numbers = MARK.sub(numbered, sql)
    return Statement(numbers.encode(), tuple(names))


def adapters_of(connection: Connection[Any]) -> AdaptersMap:
    """Django's, but for moments: psycopg's own way to read them is not in Python, and the server tells UTC as well."""
    adapters = AdaptersMap(connection.adapters)
    adapters.register_loader("timestamptz", TimestamptzLoader)
    return adapters


class Prepared:
    """What one connection has prepared."""

    def __init__(self, connection: Connection[Any], adapters: AdaptersMap) -> None:
        self.connection, self.adapters = connection, adapters  # which is all that a Transformer asks for
        self._values = Transformer(self)
        self._names: dict[str, bytes] = {}

    def ask(self, asked: Sequence[tuple[str, Values]], *, commits: bool = False) -> list[tuple[Rows, int]]:
        """Of each statement the rows, and how many it returned or changed; what fails, fails all after it.

        Where it `commits`, the transaction ends with the last of them.
        """
        sent = [self._ready(sql, values) for sql, values in asked]
        begins = not self.connection.autocommit and self._status == TransactionStatus.IDLE
        if begins or commits or len(sent) > 1:
            results = self._together(sent, begins=begins, commits=commits)
        else:
            self.connection.pgconn.send_query_prepared(*sent[0])
            results = self.connection.wait(execute(self.connection.pgconn))
        for result in results:
            self._check(result)
        return [self._rows(result) for result in results[begins : begins + len(sent)]]

    @property
    def _status(self) -> int:
        return self.connection.pgconn.transaction_status

    def _ready(self, sql: str, values: Values) -> tuple[bytes, Sequence[Any]]:
        """Its name, and its values as they travel."""
        statement = read(sql)
        given = [values[name] for name in statement.names] if isinstance(values, Mapping) else values
        texts = self._values.dump_sequence(given, [PyFormat.TEXT] * len(given))
        name = self._names.get(sql)
        if name is None:
            name = f"preferee_{len(self._names)}".encode()
            oids = [WIDE.get(oid, oid) for oid in self._values.types or ()]
            self._check(self.connection.pgconn.prepare(name, statement.sql, oids))
            self._names[sql] = name
        return name, texts

    def _together(
        self, sent: Sequence[tuple[bytes, Sequence[Any]]], *, begins: bool, commits: bool
    ) -> Sequence[PGresult]:
        server = self.connection.pgconn
        server.enter_pipeline_mode()
        try:
            if begins:
                server.send_query_params(b"BEGIN", None)
            for name, texts in sent:
                server.send_query_prepared(name, texts)
            if commits:
                server.send_query_params(b"COMMIT", None)
            server.pipeline_sync()
            results = self.connection.wait(_answers(server))
        except BaseException:
            self.connection.close()  # answers that nobody took would be taken for those of the next statement
            raise
        server.exit_pipeline_mode()
        return results

    def _check(self, result: PGresult) -> None:
        if result.status in FAILED:
            raise error_from_result(result)

    def _rows(self, result: PGresult) -> tuple[Rows, int]:
        if not result.nfields:
            return [], result.command_tuples or 0
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple), result.ntuples


def _answers(server: PGconn) -> PQGen[list[PGresult]]:
    """All that a pipeline answers, up to its end."""
    yield from send(server)
    results: list[PGresult] = []
    while True:
        result = yield from fetch(server)
        if result is None:
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return results
        results.append(result)
