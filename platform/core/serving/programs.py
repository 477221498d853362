"""What `serve` runs beside the database: the web server, the workers and the clock."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config import broker

PROCESSES = 2
# The checks of the whole site take longer than the rest of a worker's start.
CELERY = ("-m", "celery", "--quiet", "--skip-checks", "--app", "config.celery")
# Celery's advice against root is meant for messages that carry code; ours are JSON in a private folder.
NO_ADVICE = "ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True, slots=True)
class Program:
    """`name` is what the lines about it call it."""

    name: str
    arguments: tuple[str, ...]

    @property
    def command(self) -> list[str]:
        return [sys.executable, *self.arguments]


def on_one_machine(
    home: Path, host: str, port: int, *, web_workers: int = PROCESSES, workers: int = PROCESSES
) -> list[Program]:
    return [web(host, port, web_workers), *map(worker, range(1, workers + 1)), beat(home)]


def web(host: str, port: int, workers: int) -> Program:
    # Two threads a process: while one waits for the database, the other one works.
    threads = ("--blocking-threads", "2", "--backpressure", "64")
    processes = ("--workers", str(workers), "--respawn-failed-workers", "--log-level", "warning")
    where = ("--host", host, "--port", str(port))
    options = ("--interface", "wsgi", *processes, *threads, *where)
    return Program("web server", ("-m", "granian", *options, "config.wsgi:application"))


def worker(number: int) -> Program:
    """One process: of a pool, whoever is killed while it waits for work takes the lock that the others wait for along.

    On one machine each serves both queues.
    """
    alone = ("--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat")
    options = ("--queues", "cpu,gpu", "--hostname", f"worker{number}@%h", "--loglevel", "WARNING")
    return Program(f"worker {number}", (*CELERY, "worker", *options, *alone))


def beat(home: Path) -> Program:
    # Without a file for its number: one that a killed clock left would keep the next from starting.
    state = ("--schedule", str(home / "beat-schedule"), "--pidfile", "")
    return Program("beat", (*CELERY, "beat", "--loglevel", "WARNING", *state))


def broker_url(home: Path) -> str:
    """The broker of the environment, else a folder inside the home."""
    return os.environ.get("CELERY_BROKER_URL", "").strip() or f"filesystem://localhost{quote(str(home / 'broker'))}"


def check_broker(home: Path) -> None:
    """Make the broker's folder, or refuse one that others may enter before anything runs."""
    if (url := broker_url(home)).startswith("filesystem:"):
        broker.folders(url)


def environment(home: Path, url: str) -> dict[str, str]:
    """What every program is told; the code is imported from where this process has it."""
    warnings = [word for word in (os.environ.get("PYTHONWARNINGS"), NO_ADVICE) if word]
    return {
        **os.environ,
        "PREFEREE_HOME": str(home),
        "CELERY_BROKER_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONWARNINGS": ",".join(warnings),
    }
