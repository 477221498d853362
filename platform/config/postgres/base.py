"""The engine `config.postgres`: PostgreSQL, and the embedded one where settings.EMBEDDED_HOME names its home."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base, features
from django.db.utils import OperationalError

from config.embedded import EmbeddedError, ensure_running

_started: set[Path] = set()


class DatabaseFeatures(features.DatabaseFeatures):
    minimum_database_version = (16,)


class DatabaseWrapper(base.DatabaseWrapper):
    """Starts the server before the process's first connection, and again when a connection fails later."""

    features_class = DatabaseFeatures

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
