"""How a person or a service manager asks `serve` to stop: Ctrl-C and SIGTERM mean the same."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any


@dataclass
class Asked:
    times: int = 0

    def again(self, signum: int, frame: FrameType | None) -> None:
        self.times += 1


@contextmanager
def sigterm_interrupts() -> Iterator[None]:
    """While nothing runs yet that would have to be stopped in order, SIGTERM is an interruption as Ctrl-C is."""
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
    before = {each: signal.signal(each, handler) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, former in before.items():
            signal.signal(each, former)
