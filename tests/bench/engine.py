"""The run engine: trivial inputs a second through two processes, the same loop without it, and a million planned."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import median
from typing import Any, ClassVar

from django.db import connection, transaction
from django.db.models import QuerySet
from measures import gate, peak_mb, print_load, print_table
from stand import database

from core.bulk import fetch
from core.models import Project, Prompt, Run, RunState
from core.projects import create_project
from core.runs.starting import start_run
from core.runs.steps import Context, Done, Outcome, Step, register
from core.runs.work import visit

LEAST_RATE = 20_000
LONGEST_PLANNING = 2.0
MOST_GROWTH = 1.2
PROCESSES = 2
# Each process is at work before the first one begins, however slowly the machine starts it.
SECONDS_TO_START = 1.0

FILL = """
INSERT INTO core_prompt (public, project_id, key, messages, contexts, metadata, tags, created)
SELECT gen_random_uuid(), %s, decode(md5(number::text), 'hex'), '[{"role": "user", "content": "Why?"}]', '[]', '{}',
       '{}', now() FROM generate_series(1, %s) number
"""
SAVE = "INSERT INTO bench_output (input) SELECT unnest(%s::bigint[]) ON CONFLICT DO NOTHING"


class Trivial(Step):
    """Loads nothing, computes nothing, and writes one narrow row an input."""

    name: ClassVar[str] = "trivial"
    summary: ClassVar[str] = "For the benchmark."

    def plan(self, project: Project, config: Any) -> dict[str, float]:
        return {}

    def inputs(self, context: Context) -> QuerySet[Prompt]:
        return Prompt.objects.filter(project=context.project)

    def load(self, context: Context, ids: Sequence[int]) -> list[int]:
        return list(ids)

    async def process(self, context: Context, batch: Sequence[int]) -> list[Outcome]:
        return [Done(one, one) for one in batch]

    def save(self, context: Context, outputs: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(SAVE, [list(outputs)])


register(Trivial())

# When a process began and ended, by the clock that all share, and its peak in MB
Span = tuple[float, float, float]
# Inputs a second and the largest peak in MB
Pace = tuple[float, float]


def through_engine(run_id: int, begin: float) -> Span:
    """What a worker does when it is rung for, until the run is over."""
    connection.ensure_connection()
    run = Run.objects.get(pk=run_id)
    stage = run.stages.get()
    time.sleep(max(0.0, begin - time.monotonic()))
    start = time.monotonic()
    while not run.is_over:
        visit(stage.pk)
        run.refresh_from_db(fields=["state"])
    return start, time.monotonic(), peak_mb()


def without_engine(ids: list[int], begin: float) -> Span:
    """The same step over the same batches, one transaction each, with nothing kept about it."""
    connection.ensure_connection()
    step, context = Trivial(), Context(Project.objects.earliest("pk"), None)
    time.sleep(max(0.0, begin - time.monotonic()))
    start = time.monotonic()
    for at in range(0, len(ids), step.shard_size):
        batch = ids[at : at + step.shard_size]
        outcomes = asyncio.run(step.process(context, step.load(context, batch)))
        with transaction.atomic():
            step.save(context, [outcome.output for outcome in outcomes if isinstance(outcome, Done)])
    return start, time.monotonic(), peak_mb()


def in_processes(function: Any, arguments: Sequence[Any]) -> tuple[float, float]:
    """Seconds from the first one's begin to the last one's end, and the largest peak in MB."""
    with ProcessPoolExecutor(len(arguments), get_context("spawn")) as pool:
        list(pool.map(time.sleep, [SECONDS_TO_START] * len(arguments)))
        begin = time.monotonic() + SECONDS_TO_START
        spans = list(pool.map(function, arguments, [begin] * len(arguments)))
    starts, ends, peaks = zip(*spans, strict=True)
    return max(ends) - min(starts), max(peaks)


def written() -> int:
    ((count,),) = fetch("SELECT count(*) FROM bench_output", [])
    return int(count)


def empty_outputs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_output")
        cursor.execute("CREATE TABLE bench_output (input bigint PRIMARY KEY)")


def planned(project: Project) -> tuple[Run, float]:
    start = time.monotonic()
    run = start_run(project, "trivial", {})
    return run, time.monotonic() - start


def engine_round(project: Project) -> Pace:
    empty_outputs()
    run, _ = planned(project)
    seconds, peak = in_processes(through_engine, [run.pk] * PROCESSES)
    run.refresh_from_db()
    stage = run.stages.get()
    if (run.state, stage.done, written()) != (RunState.DONE, stage.total, stage.total):
        raise SystemExit(f"The run ended {run.state} with {stage.done:,} of {stage.total:,} done: {run.error}")
    return stage.total / seconds, peak


def bare_round(project: Project) -> Pace:
    empty_outputs()
    ids = list(Prompt.objects.filter(project=project).order_by("pk").values_list("pk", flat=True))
    seconds, peak = in_processes(without_engine, [ids[at::PROCESSES] for at in range(PROCESSES)])
    return len(ids) / seconds, peak


def fill(slug: str, count: int) -> Project:
    project = create_project(slug)
    with connection.cursor() as cursor:
        cursor.execute(FILL, [project.pk, count])
        cursor.execute("ANALYZE core_prompt")
    return project


def middle(paces: Sequence[Pace]) -> Pace:
    rates, peaks = zip(*paces, strict=True)
    return median(rates), median(peaks)


def run(inputs: int, many: int, rounds: int) -> int:
    print_load("before")
    with database():
        small, large = fill("small", inputs), fill("large", many)
        engine = middle([engine_round(small) for _ in range(rounds)])
        bare = middle([bare_round(small) for _ in range(rounds)])
        seconds = median(planned(large)[1] for _ in range(rounds))
        long = engine_round(large)
    print_load("after")
    return judge(inputs, many, {"engine": engine, "bare": bare, "long": long}, seconds)


def judge(inputs: int, many: int, paces: dict[str, Pace], seconds: float) -> int:
    names = {
        "engine": f"through the engine, {inputs:,}",
        "long": f"through the engine, {many:,}",
        "bare": f"the same loop without it, {inputs:,}",
    }
    rows = [[name, f"{paces[key][0]:,.0f}", f"{paces[key][1]:,.0f}"] for key, name in names.items()]
    print_table([f"{PROCESSES} processes", "inputs/s", "peak MB"], rows)
    print(f"engine / without: {paces['engine'][0] / paces['bare'][0]:.2f}")
    print(f"planning of {many:,} inputs: {seconds:.2f} s")
    failures = []
    if paces["engine"][0] < LEAST_RATE:
        failures.append(f"{paces['engine'][0]:,.0f} inputs/s; wanted are {LEAST_RATE:,}.")
    if seconds > LONGEST_PLANNING:
        failures.append(f"Planning {many:,} inputs takes {seconds:.2f} s; wanted are {LONGEST_PLANNING}.")
    if paces["long"][1] > MOST_GROWTH * paces["engine"][1]:
        failures.append(f"A worker's memory grows to {paces['long'][1]:,.0f} MB with the number of inputs.")
    return gate(failures)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: few inputs, no gates")
    options = parser.parse_args()
    code = run(5_000, 20_000, 1) if options.quick else run(100_000, 1_000_000, 3)
    sys.exit(0 if options.quick else code)
