"""How a person or a service manager asks `serve` to stop: Ctrl-C, SIGTERM and a closed terminal mean the same."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Asked:
    times: int = 0

    def again(self, signum: int, frame: FrameType | None) -> None:
        self.times += 1


@contextmanager
def asking_interrupts() -> Iterator[None]:
    """While nothing runs yet that would have to be stopped in order, all of them are an interruption."""
    with _handled_by(signal.default_int_handler):
        yield


@contextmanager
def asked_to_stop() -> Iterator[Asked]:
    """Counts instead of interrupting."""
    asked = Asked()
    with _handled_by(asked.again):
        yield asked


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    # Under `nohup` a closed terminal stays ignored.
    heard = [each for each in ASKING if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN]
    before = {each: signal.signal(each, handler) for each in heard}
    try:
        yield
    finally:
        for each, former in before.items():
            signal.signal(each, former)
