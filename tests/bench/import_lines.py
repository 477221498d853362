"""Import: lines a second into an empty and into a large project, memory, and the distance to a bare COPY."""

import argparse
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from measures import gate, in_fresh_process, peak_mb, print_load, print_table, timed
from stand import database
from synthetic import write_lines

LEAST_RATE = 5_000
LEAST_FLATNESS = 0.9
FILLS = 2  # more files of the same size, before the project counts as large
ROUNDS = 5
TABLES = ("prompt", "response", "comparison", "candidate", "judgment")


@dataclass
class Outcome:
    lines: int
    seconds: float
    batch_rates: list[float]
    peak: float
    added: int

    @property
    def rate(self) -> float:
        return self.lines / self.seconds

    def row(self, name: str) -> list[str]:
        batches = f"{median(self.batch_rates):,.0f}"
        return [name, f"{self.lines:,}", f"{self.seconds:.1f}", f"{self.rate:,.0f}", batches, f"{self.peak:,.0f}"]


def import_file(slug: str, path: Path) -> Outcome:
    """What `manage.py ingest` does, timed as a whole and by batch."""
    import time

    from core.importing.reading import read
    from core.importing.service import Imported, ingest
    from core.models import Project

    project = Project.objects.get(slug=slug)
    marks = [(0, time.perf_counter())]

    def progress(imported: Imported, size: int) -> None:
        marks.append((imported.lines, time.perf_counter()))

    with timed() as timer:
        imported = ingest(project, read(path), progress=progress)
    if imported.refused:
        raise SystemExit(f"{imported.refused} lines were refused: the benchmark's lines are wrong.")
    rates = [(lines - before) / (now - then) for (before, then), (lines, now) in pairwise(marks)]
    return Outcome(imported.lines, timer.seconds, rates, peak_mb(), imported.loaded.prompts)


def bare_copy(folder: Path) -> tuple[float, float]:
    """Seconds that COPY takes for all rows of the database into tables without indexes, and their gigabytes."""
    from django.db import connection

    seconds, size = 0.0, 0
    with connection.cursor() as cursor:
        for table in TABLES:
            spool = folder / f"{table}.copy"
            with spool.open("wb") as file, cursor.copy(f"COPY core_{table} TO STDOUT") as copy:
                for block in copy:
                    file.write(block)
            size += spool.stat().st_size
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE core_{table})")
            with timed() as timer, spool.open("rb") as file, cursor.copy(f"COPY bare_{table} FROM STDIN") as copy:
                while block := file.read(2**20):
                    copy.write(block)
            seconds += timer.seconds
            cursor.execute(f"DROP TABLE bare_{table}")
            spool.unlink()
    return seconds, size / 1e9


def together(outcomes: list[Outcome]) -> Outcome:
    return Outcome(
        sum(outcome.lines for outcome in outcomes),
        sum(outcome.seconds for outcome in outcomes),
        [rate for outcome in outcomes for rate in outcome.batch_rates],
        max(outcome.peak for outcome in outcomes),
        sum(outcome.added for outcome in outcomes),
    )


def run(count: int, rounds: int) -> int:
    from core.projects import create_project

    with database() as folder:
        path = folder / "lines.jsonl"
        create_project("grown")
        print_load("before")
        print(f"a file: {count:,} lines, {write_lines(path, count, seed=0) / count / 1e3:.2f} kB a line")
        empty = in_fresh_process(import_file, "grown", path)
        copy = bare_copy(folder)
        again = in_fresh_process(import_file, "grown", path)
        for seed in range(1, FILLS + 1):
            write_lines(path, count, seed)
            in_fresh_process(import_file, "grown", path)
        pairs = []
        for number in range(rounds):
            write_lines(path, count // rounds, seed=1 + FILLS + number)
            create_project(f"new-{number}")
            pairs.append([in_fresh_process(import_file, slug, path) for slug in ("grown", f"new-{number}")])
        print_load("after")
    return judge(empty, again, pairs, copy)


def judge(empty: Outcome, again: Outcome, pairs: list[list[Outcome]], copy: tuple[float, float]) -> int:
    large, beside = (together(outcomes) for outcomes in zip(*pairs, strict=True))
    rows = [
        empty.row("an empty database"),
        again.row("the same, again"),
        large.row(f"a project of {empty.lines * (1 + FILLS):,} prompts"),
        beside.row("empty projects beside it"),
    ]
    print_table(["import into", "lines", "s", "lines/s", "median of batches", "peak MB"], rows)
    flatness = median(grown.rate / new.rate for grown, new in pairs)
    print(f"large / empty, median of {len(pairs)} pairs of imports one after the other: {flatness:.2f}")
    seconds, gigabytes = copy
    print(f"bare COPY of the same rows, no indexes: {seconds:.1f} s for {gigabytes:.2f} GB")
    print(f"import / bare COPY: {empty.seconds / seconds:.1f}")
    failures = []
    if again.added:
        failures.append(f"The second import of the file added {again.added:,} prompts.")
    for name, outcome in (("an empty database", empty), ("the large project", large)):
        if outcome.rate < LEAST_RATE:
            failures.append(f"{outcome.rate:,.0f} lines/s into {name}; wanted are {LEAST_RATE:,}.")
    if flatness < LEAST_FLATNESS:
        failures.append(f"large / empty is {flatness:.2f}; wanted is {LEAST_FLATNESS}.")
    return gate(failures)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: few lines, no gates")
    parser.add_argument("--lines", type=int, default=100_000)
    options = parser.parse_args()
    code = run(1_000, 1) if options.quick else run(options.lines, ROUNDS)
    sys.exit(0 if options.quick else code)
