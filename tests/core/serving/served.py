"""`manage.py serve` as a process of its own, with everything below it, that can be asked, killed and counted."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.core.runs.workers import LEASE_SECONDS, ROOT, wait_for

# A database that is made first takes longest on a machine that has other things to do.
START = 400

# What the lines about a program call it, and what its command line holds.
MARKS = {
    "web server": "granian",
    "worker 1": "worker1@",
    "worker 2": "worker2@",
    "beat": "beat-schedule",
    "keeper": "core.serving.keeper",
}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def surroundings(home: Path, **also: str) -> dict[str, str]:
    ours = ("DATABASE_URL", "CELERY_BROKER_URL", "PREFEREE_LOCAL")
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return {
        **inherited,
        "PREFEREE_HOME": str(home),
        "PREFEREE_LEASE_SECONDS": str(LEASE_SECONDS),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
        **also,
    }


class Served:
    def __init__(self, environment: dict[str, str], log: Path, *, verb: str = "serve") -> None:
        self.port, self.log = free_port(), log
        command = [sys.executable, "manage.py", verb, "--port", str(self.port)]
        with log.open("ab") as written:
            self.process = psutil.Popen(command, cwd=ROOT, env=environment, stdout=written, stderr=subprocess.STDOUT)
        self.everyone: set[psutil.Process] = set()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.read() == b"ok"
        except OSError:
            return False

    def wait_until_whole(self) -> None:
        wait_for(lambda: self.process.poll() is not None or self.is_whole(), what="not all of it ran", seconds=START)
        assert self.process.poll() is None, self.said()

    def is_whole(self) -> bool:
        """The pages answer, and every program is there."""
        if not self.answers():
            return False
        self.everyone |= set(self.process.children(recursive=True))
        return all(map(self.leader, MARKS))

    def leader(self, name: str) -> psutil.Process | None:
        """The process of the program that `serve` started."""
        for child in self.process.children():
            try:
                if any(MARKS[name] in word for word in child.cmdline()):
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    def ask_to_stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Its exit code, once nothing that it ever had below it is left."""
        code = self.process.wait(timeout=120)
        wait_for(lambda: all(map(has_ended, self.everyone)), what="something is left")
        return int(code)

    def said(self) -> str:
        return self.log.read_text()


def has_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextmanager
def serving(environment: dict[str, str], log: Path, *, verb: str = "serve") -> Iterator[Served]:
    served = Served(environment, log, verb=verb)
    try:
        served.wait_until_whole()
        yield served
    finally:
        if served.process.poll() is None:
            served.process.kill()
        served.wait()
