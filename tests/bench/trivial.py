"""The step that the engine's benchmark runs. Its workers import this too, which makes the step known to them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import connection
from django.db.models import QuerySet

from core.models import Project, Prompt
from core.runs.steps import Context, Done, Outcome, Step, register

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
