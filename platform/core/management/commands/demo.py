"""The main job on sample data, then the pages to look at it."""

import argparse
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from core.commands import SentenceCommand
from core.demo.cast import Login, logins
from core.demo.job import run_main_job
from core.models import DatasetVersion
from core.reports.report import report
from core.reports.table import lines
from core.serving.address import HOST, check_port, url
from core.serving.asking import asking_interrupts
from core.serving.database import running
from core.serving.group import serve
from core.serving.lock import only_one
from core.serving.programs import check_broker, on_one_machine

UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}


class Command(SentenceCommand):
    help = "Run the main job on the sample data, print what came of it, and serve the pages."
    requires_system_checks = []  # checks ask the database, which may have to be started first

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="stop after the table")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with asking_interrupts():
                if options["no_serve"]:
                    with running(settings.EMBEDDED_HOME, self.stdout.write):
                        self._main_job()
                else:
                    self._main_job_and_pages(options["port"])
        except OSError as error:
            if error.errno not in UNWRITABLE:
                raise
            where = f" {error.filename}" if error.filename else ""
            raise CommandError(
                f"{error.strerror}:{where}. Free some space or set PREFEREE_HOME to another folder."
            ) from error

    def _main_job_and_pages(self, port: int) -> None:
        with only_one(settings.HOME) as lock:
            check_port(HOST, port)
            check_broker(settings.HOME)
            with running(settings.EMBEDDED_HOME, self.stdout.write, lock) as database:
                people = self._main_job()
                self._introduce(port, people)
                serve(settings.HOME, on_one_machine(settings.HOME, HOST, port), database, self.say)

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

    def _introduce(self, port: int, people: list[Login]) -> None:
        self.stdout.write(f"\nOpen {url(HOST, port)} and log in as")
        for login in people:
            self.stdout.write(f"  {login.role:<10} {login.email:<24} {login.password}")
        self.say("Stop with Ctrl-C.")
        connections.close_all()


def _paths(versions: list[DatasetVersion]) -> Iterator[Path]:
    for version in versions:
        for file in [*version.manifest["files"], {"name": "manifest.json"}]:
            yield Path(version.folder) / file["name"]
