"""A program that is started again whenever it dies, and with it whatever it had started itself."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from core.serving.backoff import Backoff
from core.serving.keeper import Keeper
from core.serving.programs import Program

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Child:
    def __init__(
        self, program: Program, environment: Mapping[str, str], keeper: Keeper, say: Callable[[str], None]
    ) -> None:
        self.program, self.environment, self.keeper, self.say = program, environment, keeper, say
        self.process: subprocess.Popen[bytes] | None = None
        self.backoff = Backoff()

    def look(self) -> None:
        """Notice its death, and start it when its time has come."""
        if self.has_ended() and self.backoff.is_over():
            try:
                self.start()
            except OSError as error:  # no memory, no process number
                wait = self.backoff.died()
                self.say(f"The {self.program.name} could not be started ({error}); tried again {_when(wait)}.")

    def start(self) -> None:
        # A session of its own: the terminal's Ctrl-C reaches `serve` alone, which then stops all in order.
        self.process = subprocess.Popen(
            self.program.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
        )
        self.keeper.watch(self.process.pid)

    def has_ended(self) -> bool:
        """Says so once, and ends what the program left behind."""
        if self.process is None:
            return True
        if (code := self.process.poll()) is None:
            return False
        self._bury()
        when = _when(self.backoff.died())
        self.say(f"The {self.program.name} ended ({_how(code)}); it is started again {when}.")
        return True

    def ask_to_end(self) -> None:
        """SIGTERM to the program alone: it stops its own processes in order."""
        if self.process is not None:
            self.process.terminate()

    def is_gone(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            self._bury()
        return self.process is None

    def kill(self) -> None:
        if self.process is not None:
            _kill_group(self.process.pid)
            self.process.wait()
            self._bury()

    def _bury(self) -> None:
        if self.process is not None:
            _kill_group(self.process.pid)
            self.keeper.forget(self.process.pid)
            self.process = None


def _kill_group(number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(number, signal.SIGKILL)


def _how(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def _when(wait: float) -> str:
    return f"in {wait:.0f} s" if wait else "at once"


def _die_with(parent: int) -> Callable[[], None] | None:
    """For the moment before the program begins: Linux kills it when `serve` dies."""
    if _libc is None:
        return None
    libc = _libc

    def bind() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return bind
