"""A progress bar with its rate on a terminal, plain lines elsewhere; always on standard error."""

import sys
import time
from types import TracebackType
from typing import Self, TextIO

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 5.0


class Progress:
    def __init__(
        self, what: str, *, total: int | None = None, unit: str = "rows", stream: TextIO | None = None
    ) -> None:
        self.what, self.total, self.unit = what, total, unit
        self.stream = stream or sys.stderr
        self.done = 0
        self._began = self._said = time.monotonic()
        self._bar: tqdm[None] | None = None

    def __enter__(self) -> Self:
        if self.stream.isatty():
            self._bar = tqdm(
                desc=self.what, total=self.total, unit=f" {self.unit}", unit_scale=True, file=self.stream, leave=False
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def reach(self, done: int, total: int | None = None) -> None:
        """`done` in all, of `total` where it is known by now."""
        if total is not None and total != self.total:
            self._of(total)
        if self._bar is not None:
            self._bar.update(done - self.done)
        elif (now := time.monotonic()) - self._said >= SECONDS_BETWEEN_LINES:
            self._said = now
            of = f" of {self.total:,}" if self.total else ""
            rate = done / (now - self._began)
            print(f"{self.what}: {done:,}{of} {self.unit}, {rate:,.0f} a second", file=self.stream)
        self.done = done

    def _of(self, total: int) -> None:
        self.total = total
        if self._bar is not None:
            self._bar.total = total
