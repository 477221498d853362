"""The stand of the benchmarks: importing it makes Django ready, on a home that is theirs alone.

The server is the one that `DATABASE_URL` names, else an embedded one that keeps its data safe like any other; either
way in a database of the benchmarks' own, dropped at the end. Processes that a benchmark spawns use the same.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
HOME, DATABASE = "PREFEREE_BENCH_HOME", "PREFEREE_BENCH_DATABASE"
# Names a database on that server that is migrated already: the benchmarks' own becomes a copy.
TEMPLATE = "PREFEREE_BENCH_TEMPLATE"


def _prepare() -> None:
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    if HOME not in os.environ:
        os.environ[HOME] = tempfile.mkdtemp(prefix="preferee-bench-")
        Path(os.environ[HOME]).chmod(0o711)  # the server's account must pass through where root runs this
    os.environ["PREFEREE_HOME"] = f"{os.environ[HOME]}/home"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    if name := os.environ.get(DATABASE):
        _settings()["NAME"] = name


def _settings() -> dict[str, object]:
    from django.db import connection

    return connection.settings_dict


_prepare()


@contextmanager
def database() -> Iterator[Path]:
    """A migrated, empty database; yields a folder for files, which goes with it."""
    from django.conf import settings
    from django.db import connection, connections

    from config.embedded import stop

    before = str(_settings()["NAME"])
    _settings()["TEST"]["NAME"] = f"preferee_bench_{os.getpid()}"  # type: ignore[index]
    _settings()["TEST"]["TEMPLATE"] = os.environ.get(TEMPLATE)  # type: ignore[index]
    try:
        os.environ[DATABASE] = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield Path(os.environ[HOME])
        finally:
            connections.close_all()
            connection.creation.destroy_test_db(before, verbosity=0)
    finally:
        if settings.EMBEDDED_HOME is not None:
            stop(settings.EMBEDDED_HOME)
        shutil.rmtree(os.environ[HOME], ignore_errors=True)


@contextmanager
def home() -> Iterator[Path]:
    """For what needs no database: the folder alone, gone at the end."""
    try:
        yield Path(os.environ[HOME])
    finally:
        shutil.rmtree(os.environ[HOME], ignore_errors=True)


@contextmanager
def listening(folder: Path) -> Iterator[str]:
    """The address of a broker of files, which runs started in this process ring."""
    from django.conf import settings

    from config.broker import folders
    from config.celery import app

    url = f"filesystem://{folder}/broker"
    settings.CELERY_BROKER_URL = url
    app.conf.update(broker_url=url, broker_transport_options=folders(url))
    try:
        yield url
    finally:
        settings.CELERY_BROKER_URL = ""
