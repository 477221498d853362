"""The whole installation on one machine, as one group of processes."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from config import env
from core.commands import SentenceCommand
from core.first_owner import has_nobody, new_page
from core.serving.address import HOST, check_host, check_port, url
from core.serving.asking import asking_interrupts
from core.serving.database import running
from core.serving.group import serve
from core.serving.lock import only_one
from core.serving.programs import PROCESSES, check_broker, on_one_machine


def at_least_one(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1.")
    return value


class Command(SentenceCommand):
    help = (
        "Serve on this machine: PostgreSQL unless DATABASE_URL names one, the pages, workers and their clock. "
        "What dies is started again; Ctrl-C or SIGTERM stops everything."
    )
    requires_system_checks = []  # checks ask the database, which may have to be started first

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default=HOST, help="address to serve the pages on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="its port (default: %(default)s)")
        parser.add_argument("--web-workers", type=at_least_one, default=PROCESSES, help="processes of the web server")
        parser.add_argument("--workers", type=at_least_one, default=PROCESSES, help="processes that work on runs")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        check_host(host, is_plain_http=settings.INSECURE_LOCAL)
        try:
            with asking_interrupts(), only_one(settings.HOME) as lock:
                check_port(host, port)
                check_broker(settings.HOME)
                with running(settings.EMBEDDED_HOME, self.say, lock) as database:
                    self._prepare()
                    self._welcome(host, port)
                    self.say(f"Preferee is on {url(host, port)} with its workers and their clock. Stop with Ctrl-C.")
                    programs = on_one_machine(
                        settings.HOME, host, port, web_workers=options["web_workers"], workers=options["workers"]
                    )
                    serve(settings.HOME, programs, database, self.say)
        except KeyboardInterrupt:
            self.say("Interrupted before everything ran.")
        self.say("Everything has stopped.")

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)

    def _welcome(self, host: str, port: int) -> None:
        """Where nobody has an account, whoever sees this terminal may make the first."""
        if has_nobody():
            site = env.site("PREFEREE_URL", url(host, port))
            self.say(f"Nobody has an account yet. Make the first one here, once:\n  {site}{new_page()}")
        connections.close_all()
