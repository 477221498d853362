"""Celery workers and their clock as processes of their own, that can be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LEASE_SECONDS = 2.0
PATIENCE = 120.0


@dataclass
class Workers:
    """`count` workers and the clock that rings for what was left; whoever is killed can be started again."""

    environment: dict[str, str]
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        if name == "beat":
            arguments = ["beat", "--schedule", str(self.folder / "schedule"), "--pidfile", ""]
        else:
            arguments = [
                "worker",
                "--pool",
                "solo",
                "--without-mingle",
                "--without-gossip",
                "--hostname",
                f"{name}@here",
            ]
        with (self.folder / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", "celery", "--app", "config.celery", *arguments]
            self.running[name] = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )

    def kill(self, name: str) -> None:
        """As a machine dies: nothing is said, nothing is given back."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def signal(self, name: str, number: int) -> None:
        self.running[name].send_signal(number)

    def logs(self) -> str:
        return "\n".join(f"{path.name}:\n{path.read_text()[-3_000:]}" for path in sorted(self.folder.glob("*.log")))


@contextmanager
def workers(database_url: str, broker_url: str, folder: Path, names: Sequence[str]) -> Iterator[Workers]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "CELERY_BROKER_URL": broker_url,
        "PREFEREE_HOME": str(folder),
        "PREFEREE_SECRET_KEY": "for tests",
        "PREFEREE_LEASE_SECONDS": str(LEASE_SECONDS),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }
    there = Workers(environment, folder)
    try:
        for name in names:
            there.start(name)
        yield there
    finally:
        for name in list(there.running):
            there.kill(name)


def wait_for(holds: Callable[[], bool], *, what: str, seconds: float = PATIENCE) -> None:
    """Look until it holds; a deadline that no working machine meets ends the test."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
