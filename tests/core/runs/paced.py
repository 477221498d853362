"""Steps whose work takes a while, and which put on record who began what and who wrote what.

No constraint guards the record, so that whatever is written twice is there twice.
"""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from django.db import connection
from django.db.models import QuerySet

from core.bulk import fetch
from core.models import Project, Prompt, Run
from core.runs.steps import Context, Done, Outcome, Step, StepConfig
from synth.judges.reference import ReferenceConfig, ReferenceJudge, Texts, Verdict

BEGUN = "INSERT INTO paced_begun (stage, inputs, process, clock) VALUES (%s, %s, %s, %s)"
WRITTEN = "INSERT INTO paced_written (stage, input, process) SELECT %s, unnest(%s::bigint[]), %s"
TABLES = """
CREATE TABLE paced_begun (stage bigint, inputs bigint[], process int, clock float8,
                          at float8 DEFAULT extract(epoch FROM clock_timestamp()));
CREATE TABLE paced_written (stage bigint, input bigint, process int);
"""
# Judgments and comparisons have ids that prompts have too: a stage has inputs of one kind.
OF_RUN = "stage IN (SELECT id FROM core_stage WHERE run_id = %s)"


class Config(StepConfig):
    seconds: float = 0.0  # of work on an input
    poison: int = 0  # the input that cannot be done,
    cause: str = ""  # while there is this file
    deadly: bool = False  # to the process that tries


class Paced(Step):
    """Does nothing to prompts, slowly; chokes on one of them while there is a cause."""

    name: ClassVar[str] = "paced"
    summary: ClassVar[str] = "For tests."
    Config: ClassVar[type[StepConfig]] = Config
    shard_size: ClassVar[int] = 10

    def plan(self, project: Project, config: Any) -> dict[str, float]:
        return {"prompts": project.prompts.count()}

    def inputs(self, context: Context) -> QuerySet[Prompt]:
        return Prompt.objects.filter(project=context.project)

    def load(self, context: Context, ids: Sequence[int]) -> list[int]:
        record_begin(context, ids)
        return list(ids)

    async def process(self, context: Context, batch: Sequence[int]) -> list[Outcome]:
        await asyncio.sleep(context.config.seconds * len(batch))
        if context.config.poison in batch and Path(context.config.cause).exists():
            if context.config.deadly:
                os.kill(os.getpid(), signal.SIGKILL)
            raise ValueError("It has no colour.")
        return [Done(one, one) for one in batch]

    def save(self, context: Context, outputs: Sequence[int]) -> None:
        record_outputs(context, outputs)


class JudgeConfig(ReferenceConfig):
    seconds: float = 0.0  # of work on an input
    freeze: str = ""  # the file that is made by who freezes while saving, once


class PacedJudge(ReferenceJudge):
    """The reference judge, slowly."""

    name: ClassVar[str] = "paced-judge"
    Config: ClassVar[type[StepConfig]] = JudgeConfig
    shard_size: ClassVar[int] = 6

    def pin(self, project: Project, config: JudgeConfig) -> JudgeConfig:
        return config.model_copy(update={"metric": super().pin(project, config).metric})

    def load(self, context: Context, ids: Sequence[int]) -> list[Texts]:
        record_begin(context, ids)
        return super().load(context, ids)

    async def process(self, context: Context, batch: Sequence[Texts]) -> list[Outcome]:
        await asyncio.sleep(context.config.seconds * len(batch))
        return await super().process(context, batch)

    def save(self, context: Context, outputs: Sequence[Verdict]) -> None:
        super().save(context, outputs)
        record_outputs(context, [comparison for comparison, *_ in outputs])
        if (file := context.config.freeze) and not Path(file).exists():
            Path(file).touch()
            os.kill(os.getpid(), signal.SIGSTOP)


def record_begin(context: Context, ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BEGUN, [context.stage_id, list(ids), os.getpid(), time.time()])


def record_outputs(context: Context, ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [context.stage_id, list(ids), os.getpid()])


@contextmanager
def recorded() -> Iterator[None]:
    """The record's tables, empty."""
    drop = "DROP TABLE IF EXISTS paced_begun, paced_written;"
    with connection.cursor() as cursor:
        cursor.execute(drop + TABLES)
    yield
    with connection.cursor() as cursor:
        cursor.execute(drop)


def begun(run: Run) -> list[tuple[list[int], int, float, float]]:
    """Each batch that somebody began: its inputs, who, and when by their clock and by the database's."""
    return fetch(f"SELECT inputs, process, clock, at FROM paced_begun WHERE {OF_RUN} ORDER BY at", [run.pk])


def written(run: Run) -> Counter[int]:
    """How often each input was written."""
    rows = fetch(f"SELECT input, count(*) FROM paced_written WHERE {OF_RUN} GROUP BY 1", [run.pk])
    return Counter(dict(rows))
