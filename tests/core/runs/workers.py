"""Celery workers and their clock as processes of their own, that can be stopped, killed and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[3]
# Short, for whoever dies is missed only when it has run out.
LEASE_SECONDS = 1.0
PATIENCE = 120.0
# Checks import every page, which takes longer than all the rest of a start.
CELERY = ["--skip-checks", "--app", "config.celery"]
WORKER = ["worker", "--without-mingle", "--without-gossip", "--loglevel", "INFO"]
STEPS = "tests.core.runs.included"


def url_of_database() -> str:
    """The database of this process as an address, for processes of their own."""
    at = connection.settings_dict
    password = f":{at['PASSWORD']}" if at["PASSWORD"] else ""
    return f"postgresql://{at['USER']}{password}@localhost/{at['NAME']}?host={at['HOST']}&port={at['PORT']}"


@dataclass
class Workers:
    """Workers by name, and `beat`, the clock that rings for what was left."""

    environment: Mapping[str, str]
    folder: Path
    include: str = STEPS
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *options: str, program: str = "celery", **environment: str) -> None:
        if name == "beat":
            arguments = ["beat", "--schedule", str(self.folder / "schedule"), "--pidfile", ""]
        else:
            pool = options or ("--pool", "solo")
            arguments = [*WORKER, *pool, "--include", self.include, "--hostname", f"{name}@here"]
        with self.log(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", program, *CELERY, *arguments],
                cwd=self.folder,
                env={**self.environment, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def names(self) -> list[str]:
        """The workers, without their clock."""
        return [name for name in self.running if name != "beat"]

    def name_of(self, process: int) -> str | None:
        return next((name for name in self.names if self.running[name].pid == process), None)

    def kill(self, *names: str) -> None:
        """As a machine dies: nothing is said, nothing is given back."""
        for name in names:
            self.running[name].kill()
        for name in names:
            self.running.pop(name).wait()

    def freeze(self, *names: str) -> None:
        for name in names:
            self.running[name].send_signal(signal.SIGSTOP)

    def thaw(self, *names: str) -> None:
        for name in names:
            self.running[name].send_signal(signal.SIGCONT)

    def wait_until_ready(self) -> None:
        """Every worker listens."""
        wait_for(lambda: all(" ready." in self.log(name).read_text() for name in self.names), what=self.logs)

    def dead(self) -> list[str]:
        """Those that ended although nobody killed them."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def logs(self) -> str:
        return "\n".join(f"{path.name}:\n{path.read_text()[-3_000:]}" for path in sorted(self.folder.glob("*.log")))


@contextmanager
def workers(
    database_url: str,
    broker_url: str,
    folder: Path,
    names: Sequence[str] = ("one", "two", "beat"),
    *,
    lease: float = LEASE_SECONDS,
    include: str = STEPS,
) -> Iterator[Workers]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "CELERY_BROKER_URL": broker_url,
        "PREFEREE_HOME": str(folder),
        "PREFEREE_SECRET_KEY": "for tests",
        "PREFEREE_LEASE_SECONDS": str(lease),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform"), str(ROOT / "tests" / "bench")]),
    }
    there = Workers(environment, folder, include)
    try:
        for name in names:
            there.start(name)
        yield there
    finally:
        there.kill(*list(there.running))


def wait_for(holds: Callable[[], bool], *, what: str | Callable[[], str], seconds: float = PATIENCE) -> None:
    """Look until it holds; a deadline that no working machine meets ends the test."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what if isinstance(what, str) else what()
        time.sleep(0.02)
