"""The run engine: trivial inputs a second through two Celery workers, the same loop without it, a million planned."""

import argparse
import asyncio
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection, transaction
from measures import gate, peak_mb, print_load, print_table
from stand import database, listening
from trivial import Trivial

from core.bulk import fetch
from core.models import Project, Prompt, Run, RunState
from core.projects import create_project
from core.runs.actions import cancel
from core.runs.starting import start_run
from core.runs.steps import Context, Done
from tests.core.runs.workers import Workers, url_of_database, wait_for, workers

LEAST_RATE = 20_000
LONGEST_PLANNING = 2.0
MOST_GROWTH = 1.2
NAMES = ["one", "two"]
LEASE_SECONDS = 60.0
LONGEST_ROUND = 600.0
# Each process is at work before the first one begins, however slowly the machine starts it.
SECONDS_TO_START = 1.0

FILL = """
INSERT INTO core_prompt (public, project_id, key, messages, contexts, metadata, tags, created)
SELECT gen_random_uuid(), %s, decode(md5(number::text), 'hex'), '[{"role": "user", "content": "Why?"}]', '[]', '{}',
       '{}', now() FROM generate_series(1, %s) number
"""


@dataclass
class Measured:
    """Inputs a second, round by round; seconds of planning; a worker's peak memory in MB by then."""

    engine: list[float]
    bare: list[float]
    planning: float
    peak: float
    long: float
    long_peak: float

    @property
    def ratio(self) -> float:
        return median(one / other for one, other in zip(self.engine, self.bare, strict=True))


def through_celery(project: Project, there: Workers) -> float:
    """Inputs a second from the run's start, its planning included, to its end."""
    empty_outputs()
    run = start_run(project, "trivial", {})
    wait_for(lambda: is_over(run), what=there.logs, seconds=LONGEST_ROUND)
    stage = run.stages.get()
    if (run.state, stage.done, written()) != (RunState.DONE, stage.total, stage.total):
        raise SystemExit(f"The run ended {run.state} with {stage.done:,} of {stage.total:,} done: {run.error}")
    return stage.total / (run.finished - run.started).total_seconds()


def is_over(run: Run) -> bool:
    run.refresh_from_db()
    return run.is_over


def without_engine(ids: list[int], begin: float) -> tuple[float, float]:
    """The same step over the same batches, one transaction each, with nothing kept about it; begin and end."""
    connection.ensure_connection()
    step, context = Trivial(), Context(Project.objects.earliest("pk"), None)
    time.sleep(max(0.0, begin - time.monotonic()))
    start = time.monotonic()
    for at in range(0, len(ids), step.shard_size):
        batch = ids[at : at + step.shard_size]
        outcomes = asyncio.run(step.process(context, step.load(context, batch)))
        with transaction.atomic():
            step.save(context, [outcome.output for outcome in outcomes if isinstance(outcome, Done)])
    return start, time.monotonic()


def bare(project: Project) -> float:
    """Inputs a second through as many processes, from the first one's begin to the last one's end."""
    empty_outputs()
    ids = list(Prompt.objects.filter(project=project).order_by("pk").values_list("pk", flat=True))
    parts = [ids[at :: len(NAMES)] for at in range(len(NAMES))]
    with ProcessPoolExecutor(len(parts), get_context("spawn")) as pool:
        list(pool.map(time.sleep, [SECONDS_TO_START] * len(parts)))
        begin = time.monotonic() + SECONDS_TO_START
        starts, ends = zip(*pool.map(without_engine, parts, [begin] * len(parts)), strict=True)
    return len(ids) / (max(ends) - min(starts))


def written() -> int:
    ((count,),) = fetch("SELECT count(*) FROM bench_output", [])
    return int(count)


def empty_outputs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_output")
        cursor.execute("CREATE TABLE bench_output (input bigint PRIMARY KEY)")


def planning(project: Project) -> float:
    """Seconds until the run's inputs are cut into shards, which nobody works on."""
    start = time.monotonic()
    run = start_run(project, "trivial", {})
    seconds = time.monotonic() - start
    cancel(run)
    return seconds


def fill(slug: str, count: int) -> Project:
    project = create_project(slug)
    with connection.cursor() as cursor:
        cursor.execute(FILL, [project.pk, count])
        cursor.execute("ANALYZE core_prompt")
    return project


def peak(there: Workers) -> float:
    return max(peak_mb(there.running[name].pid) for name in NAMES)


def measure(small: Project, large: Project, rounds: int, folder: Path, broker: str) -> Measured:
    seconds = median(planning(large) for _ in range(rounds))
    names = [*NAMES, "beat"]
    with workers(url_of_database(), broker, folder, names, lease=LEASE_SECONDS, include="trivial") as there:
        there.wait_until_ready()
        pairs = [(through_celery(small, there), bare(small)) for _ in range(rounds)]
        engine, without = map(list, zip(*pairs, strict=True))
        at_small = peak(there)
        long = through_celery(large, there)
        return Measured(engine, without, seconds, at_small, long, peak(there))


def run(inputs: int, many: int, rounds: int) -> int:
    print_load("before")
    with database() as folder, listening(folder) as broker:
        measured = measure(fill("small", inputs), fill("large", many), rounds, folder, broker)
    print_load("after")
    print_measured(inputs, many, measured)
    return gate(missed(many, measured))


def print_measured(inputs: int, many: int, measured: Measured) -> None:
    rows: list[list[Any]] = [
        [f"through Celery, {inputs:,}", f"{median(measured.engine):,.0f}", f"{measured.peak:,.0f}"],
        [f"through Celery, {many:,}", f"{measured.long:,.0f}", f"{measured.long_peak:,.0f}"],
        [f"the same loop without the engine, {inputs:,}", f"{median(measured.bare):,.0f}", ""],
    ]
    print_table([f"{len(NAMES)} processes", "inputs/s", "peak MB"], rows)
    print(f"engine / without: {measured.ratio:.2f}")
    print(f"planning of {many:,} inputs: {measured.planning:.2f} s")


def missed(many: int, measured: Measured) -> list[str]:
    failures = []
    if (rate := median(measured.engine)) < LEAST_RATE:
        failures.append(f"{rate:,.0f} inputs/s; wanted are {LEAST_RATE:,}.")
    if measured.planning > LONGEST_PLANNING:
        failures.append(f"Planning {many:,} inputs takes {measured.planning:.2f} s; wanted are {LONGEST_PLANNING}.")
    if measured.long_peak > MOST_GROWTH * measured.peak:
        failures.append(f"A worker's memory grows to {measured.long_peak:,.0f} MB with the number of inputs.")
    return failures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: few inputs, no gates")
    options = parser.parse_args()
    code = run(5_000, 20_000, 1) if options.quick else run(100_000, 1_000_000, 5)
    sys.exit(0 if options.quick else code)
