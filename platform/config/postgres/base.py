"""The engine `config.postgres`: PostgreSQL, and the embedded one where settings.EMBEDDED_HOME names its home."""

import select
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base, features
from django.db.backends.postgresql.psycopg_any import mogrify
from django.db.utils import OperationalError
from psycopg import Connection

from config.embedded import EmbeddedError, ensure_running
from config.postgres.prepared import Prepared, Rows, Values, adapters_of

_started: set[Path] = set()


class DatabaseFeatures(features.DatabaseFeatures):
    minimum_database_version = (16,)


class DatabaseWrapper(base.DatabaseWrapper):
    """Starts the server before the process's first connection, and again when a connection fails later."""

    features_class = DatabaseFeatures
    _prepared: Prepared | None = None

    def get_connection_params(self) -> dict[str, Any]:
        """The plan of a prepared statement is made without its values, or it would be made for each of them anew."""
        params: dict[str, Any] = super().get_connection_params()
        options = f"{params.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
        return {**params, "options": options}

    def ask(self, asked: Sequence[tuple[str, Values]], *, last: bool = False) -> list[tuple[Rows, int]]:
        """Of each statement, all of which are asked all the time, the rows, and how many it returned or changed.

        The `last` of a transaction take its COMMIT along, where no other transaction is around it.
        """
        commits = last and self.in_atomic_block and not any(self.savepoint_ids) and not self.needs_rollback
        self.close_if_health_check_failed()
        if self.connection is None:
            self.ensure_connection()
        connection: Connection[Any] = self.connection
        if self._prepared is None or self._prepared.connection is not connection:
            self._prepared = Prepared(connection, adapters_of(connection))
        with self.wrap_database_errors:
            if not self.queries_logged:
                return self._prepared.ask(asked, commits=commits)
            began = time.monotonic()
            try:
                return self._prepared.ask(asked, commits=commits)
            finally:
                took = f"{(time.monotonic() - began) / len(asked):.3f}"
                self.queries_log.extend({"sql": mogrify(*each, self), "time": took} for each in asked)

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
