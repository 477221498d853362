"""What a benchmark measures, and how it prints it."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def in_fresh_process(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The result of the call in a process that did nothing before, so that its peak memory is that of the call."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(function, *args, **kwargs).result()


def peak_mb(process: int | str = "self") -> float:
    """The most memory that the process has held so far, in MB: the kernel's high-water mark."""
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024 / 1e6


@dataclass
class Timed:
    seconds: float = 0.0


@contextmanager
def timed() -> Iterator[Timed]:
    timer = Timed()
    start = time.perf_counter()
    yield timer
    timer.seconds = time.perf_counter() - start


def print_load(when: str) -> None:
    one, five, _ = os.getloadavg()
    print(f"load {when}: {one:.1f} (1 min), {five:.1f} (5 min) on {os.cpu_count()} cores")


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        first, *rest = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join([row[0].ljust(len(first)), *rest]))


def gate(failures: Sequence[str]) -> int:
    """Print what was missed, or that nothing was; the exit code."""
    for failure in failures:
        print(f"MISSED: {failure}")
    if not failures:
        print("All gates hold.")
    return 1 if failures else 0
