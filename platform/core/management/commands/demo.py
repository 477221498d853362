"""The main job on sample data, then the pages to look at it."""

import argparse
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections

from config import embedded
from core.commands import SentenceCommand
from core.demo.cast import Login, logins
from core.demo.job import run_main_job
from core.demo.server import HOST, check_port, serve
from core.models import DatasetVersion
from core.reports.report import report
from core.reports.table import lines

UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}


class Command(SentenceCommand):
    help = "Run the main job on the sample data, print what came of it, and serve the pages."
    requires_system_checks = []  # checks ask the database, which may have to be started first

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="stop after the table")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not options["no_serve"]:
                check_port(options["port"])
            with self._database():
                people = self._main_job()
                if not options["no_serve"]:
                    self._serve(options["port"], people)
        except OSError as error:
            if error.errno not in UNWRITABLE:
                raise
            where = f" {error.filename}" if error.filename else ""
            raise CommandError(
                f"{error.strerror}:{where}. Free some space or set PREFEREE_HOME to another folder."
            ) from error

    @contextmanager
    def _database(self) -> Iterator[None]:
        """Stops the embedded server afterwards, unless it ran before."""
        home: Path | None = settings.EMBEDDED_HOME
        starts = home is not None and not embedded.status(home).running
        if starts:
            self.stdout.write("Starting PostgreSQL")
        try:
            connection.ensure_connection()
            yield
        finally:
            connections.close_all()
            if home is not None and starts:
                embedded.stop(home)

    def _main_job(self) -> list[Login]:
        settings.EXPORTS_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        people = logins(settings.HOME)
        project, versions = run_main_job(people, settings.EXPORTS_FOLDER, self.stdout.write)
        self.stdout.write("")
        for line in lines(report(project)):
            self.stdout.write(f"  {line}")
        self.stdout.write("\nWritten:")
        for path in _paths(versions):
            self.stdout.write(f"  {path}")
        return people

    def _serve(self, port: int, people: list[Login]) -> None:
        self.stdout.write(f"\nOpen http://{HOST}:{port}/ and log in as")
        for login in people:
            self.stdout.write(f"  {login.role:<10} {login.email:<24} {login.password}")
        self.stdout.write("Stop with Ctrl-C.")
        self.stdout.flush()
        connections.close_all()
        if code := serve(port):
            raise CommandError(f"The web server stopped with exit code {code}; its messages are above.")


def _paths(versions: list[DatasetVersion]) -> Iterator[Path]:
    for version in versions:
        for file in [*version.manifest["files"], {"name": "manifest.json"}]:
            yield Path(version.folder) / file["name"]
