"""Ends the process groups of a `serve` that was killed: a small process that reads until its pipe breaks.

The system may kill a child with its parent, but not what the child had started: the web server's processes would go on
answering on the port. Nothing here imports Django.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress


class Keeper:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "core.serving.keeper"],
            env=environment,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def watch(self, group: int) -> None:
        self._tell(f"+{group}")

    def forget(self, group: int) -> None:
        self._tell(f"-{group}")

    def dismiss(self) -> None:
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()
        self.process.wait()

    def _tell(self, line: str) -> None:
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):  # without a keeper the programs run as well
                self.process.stdin.write(f"{line}\n".encode())
                self.process.stdin.flush()


def watched(lines: Iterable[str]) -> set[int]:
    """The groups that were named and not taken back."""
    groups: set[int] = set()
    for line in lines:
        number = int(line[1:])
        (groups.add if line.startswith("+") else groups.discard)(number)
    return groups


if __name__ == "__main__":
    for group in watched(sys.stdin):
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)
