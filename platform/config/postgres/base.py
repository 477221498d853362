"""The engine `config.postgres`: PostgreSQL, and the embedded one where settings.EMBEDDED_HOME names its home."""

import select
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base, features, operations
from django.db.backends.postgresql.psycopg_any import mogrify
from django.db.utils import OperationalError

from config.embedded import EmbeddedError, ensure_running

_started: set[Path] = set()


class DatabaseFeatures(features.DatabaseFeatures):
    minimum_database_version = (16,)


class PreparedCursor(psycopg.Cursor[Any]):
    """Each statement is planned once a connection; its values travel beside it."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> "PreparedCursor":
        return super().execute(query, params, prepare=True)


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """What is looked at has the values in it, also where they travelled beside."""
        if isinstance(cursor, PreparedCursor):
            return str(mogrify(sql, params, self.connection))
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """Starts the server before the process's first connection, and again when a connection fails later."""

    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        """The plan of a prepared statement is made without its values, or it would be made for each of them anew."""
        params: dict[str, Any] = super().get_connection_params()
        options = f"{params.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
        return {**params, "prepare_threshold": 1, "options": options}

    def ask(self, sql: str, values: Any) -> tuple[list[tuple[Any, ...]], int]:
        """The rows of a statement that is asked all the time, and how many it returned or changed.

        Without what a cursor of Django's does besides, unless somebody looks at the queries.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            own = PreparedCursor(self.connection)
            cursor = self._prepare_cursor(own) if self.queries_logged else own  # type: ignore[attr-defined]
            cursor.execute(sql, values)
            result = own.pgresult  # a description of the columns costs more than the rows
            return own.fetchall() if result is not None and result.nfields else [], own.rowcount

    def is_usable(self) -> bool:
        """What the server has closed says so on its socket, so a page need not ask."""
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        home: Path | None = getattr(settings, "EMBEDDED_HOME", None)
        if home is None:
            return super().get_new_connection(conn_params)
        known = home in _started
        _start(home)
        try:
            return super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            _started.discard(home)
            if not known:
                raise
        _start(home)
        return super().get_new_connection(conn_params)


def _start(home: Path) -> None:
    if home in _started:
        return
    try:
        ensure_running(home)
    except EmbeddedError as error:
        raise OperationalError(str(error)) from error
    _started.add(home)
