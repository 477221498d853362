"""The step `overlap`: how many people the comparisons that still wait for somebody should have."""

from collections.abc import Sequence
from typing import ClassVar

from django.db import connection
from django.db.models import QuerySet
from pydantic import Field

from core.models import Comparison, Project
from core.runs.steps import Context, Done, Outcome, Step, StepConfig
from core.signals import comparisons_changed, comparisons_changing
from core.steps.people import wanting

CHANGE = """
UPDATE core_comparison SET votes_wanted = %s WHERE id = ANY(%s) AND votes_wanted <> %s AND withdrawn IS NULL
RETURNING id
"""


class OverlapConfig(StepConfig):
    """How many people each should have."""

    votes: int = Field(1, ge=1, le=100, description="People a comparison.")


class Overlap(Step):
    """Only comparisons that still wait for a person are changed: what is finished stays so. Where more people have
    judged one already than it should have, their answers stay and count."""

    name: ClassVar[str] = "overlap"
    summary: ClassVar[str] = "Set how many people the waiting comparisons want."
    Config: ClassVar[type[StepConfig]] = OverlapConfig
    shard_size: ClassVar[int] = 1_000
    remembers: ClassVar[bool] = False
    costs: ClassVar[bool] = False

    def plan(self, project: Project, config: OverlapConfig) -> dict[str, float]:
        return {"comparisons to change": _waiting(project, config).count()}

    def inputs(self, context: Context) -> QuerySet[Comparison]:
        return _waiting(context.project, context.config)

    def load(self, context: Context, ids: Sequence[int]) -> list[int]:
        return list(ids)

    async def process(self, context: Context, batch: Sequence[int]) -> list[Outcome]:
        return [Done(one, one) for one in batch]

    def save(self, context: Context, outputs: Sequence[int]) -> None:
        votes = context.config.votes
        comparisons_changing.send(Overlap, project=context.project, comparison_ids=list(outputs))
        with connection.cursor() as cursor:
            cursor.execute(CHANGE, [votes, list(outputs), votes])
            changed = sorted(pk for (pk,) in cursor.fetchall())
        if changed:
            comparisons_changed.send(Overlap, project=context.project, comparison_ids=changed)


def _waiting(project: Project, config: OverlapConfig) -> QuerySet[Comparison]:
    return wanting(project, None).filter(withdrawn=None).exclude(votes_wanted=config.votes)
