"""Start, stop or ask after the embedded PostgreSQL."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from config import embedded
from core.commands import SentenceCommand


class Command(SentenceCommand):
    help = "The embedded PostgreSQL of PREFEREE_HOME: start, stop or status. Other commands start it when they need it."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("verb", choices=("start", "stop", "status"))

    def handle(self, *args: Any, **options: Any) -> None:
        home = settings.EMBEDDED_HOME
        if home is None:
            raise CommandError("DATABASE_URL names another server, so there is no embedded one to look after.")
        self.stdout.write(getattr(self, f"_{options['verb']}")(home))

    def _start(self, home: Any) -> str:
        return f"PostgreSQL runs; its address is {embedded.ensure_running(home).url}"

    def _stop(self, home: Any) -> str:
        return "PostgreSQL was stopped." if embedded.stop(home) else "PostgreSQL was not running."

    def _status(self, home: Any) -> str:
        status = embedded.status(home)
        if not status.running:
            return "PostgreSQL is not running."
        return f"PostgreSQL {status.version} runs, process {status.pid}; its files are in {status.data}"
