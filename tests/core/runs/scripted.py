"""A step that does what the test says to prompts, whose outputs are scores: they can be counted."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db import connection
from django.db.models import QuerySet

from core.models import Project, Prompt, Score, Stage
from core.runs.steps import Context, Done, Outcome, Step, StepConfig


class Config(StepConfig):
    times: int = 1


class Scripted(Step):
    """Scores every prompt's response, unless `act` says otherwise about it."""

    name: ClassVar[str] = "scripted"
    summary: ClassVar[str] = "For tests."
    Config: ClassVar[type[StepConfig]] = Config
    shard_size: ClassVar[int] = 10

    def __init__(self) -> None:
        self.seen: list[list[int]] = []
        self.cost = Decimal(0)
        self.tokens = 0
        self.act: Callable[[int], Outcome | None] = lambda _: None
        self.before: Callable[[Sequence[int]], None] = lambda _: None
        self.writing: Callable[[Sequence[int]], None] = lambda _: None

    def plan(self, project: Project, config: Any) -> dict[str, float]:
        return {"prompts": project.prompts.count()}

    def inputs(self, context: Context) -> QuerySet[Prompt]:
        return Prompt.objects.filter(project=context.project)

    def load(self, context: Context, ids: Sequence[int]) -> list[int]:
        self.seen.append(list(ids))
        self.before(ids)
        return list(Prompt.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))

    async def process(self, context: Context, batch: Sequence[int]) -> list[Outcome]:
        return [self.act(one) or Done(one, one, self.tokens, self.cost) for one in batch]

    def save(self, context: Context, outputs: Sequence[int]) -> None:
        self.writing(outputs)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_score (response_id, scorer, value, parts, created)"
                " SELECT id, 'scripted', 1, '{}', now() FROM core_response WHERE prompt_id = ANY(%s)"
                " ON CONFLICT DO NOTHING",
                [list(outputs)],
            )


def scored() -> list[int]:
    """The prompts that have an output, each as often as it has one."""
    return sorted(Score.objects.values_list("response__prompt", flat=True))


def expire(stage: Stage) -> int:
    """The holders of the stage's leases die: their time runs out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_shard SET lease_until = clock_timestamp() - interval '1 second'"
            " WHERE stage_id = %s AND state = 'leased'",
            [stage.pk],
        )
        return cursor.rowcount
