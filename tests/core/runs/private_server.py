"""A PostgreSQL server of one test's own, whose data is as safe as anybody's, and which may be killed."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from config.embedded import Address, ensure_running, status, stop
from tests.core.runs.workers import wait_for
from tests.template import fill


class PrivateServer:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.address: Address = ensure_running(home, durable=False)  # until `start`

    @property
    def url(self) -> str:
        return self.address.url

    def crash(self, number: signal.Signals) -> None:
        """The server ends with all its sessions. SIGQUIT is PostgreSQL's immediate shutdown: it writes nothing down."""
        connection.close()
        process = status(self.home).pid
        assert process is not None
        os.kill(process, number)
        wait_for(lambda: not psutil.pid_exists(process), what=lambda: "PostgreSQL does not end")

    def start(self) -> None:
        ensure_running(self.home)


@contextmanager
def private_server() -> Iterator[PrivateServer]:
    """Started, migrated in a hurry, and what this process's connection leads to."""
    folder = Path(tempfile.mkdtemp(prefix="preferee-server-"))
    folder.chmod(0o711)  # the server's account must pass through where root runs the tests
    before = dict(connection.settings_dict)
    connection.close()
    fill(folder / "home")
    try:
        server = PrivateServer(folder / "home")
        at = server.address
        connection.settings_dict.update(
            NAME=at.database, USER=at.user, PASSWORD="", HOST=at.host, PORT=str(at.port), OPTIONS={}
        )
        ContentType.objects.clear_cache()
        call_command("migrate", verbosity=0)
        connection.close()
        stop(server.home)
        server.start()
        yield server
    finally:
        connection.close()
        connection.settings_dict.update(before)
        ContentType.objects.clear_cache()
        stop(folder / "home")
        shutil.rmtree(folder, ignore_errors=True)
