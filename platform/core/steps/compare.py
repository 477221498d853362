"""The step `compare`: from the responses of each prompt, the comparisons that a policy asks for."""

from collections.abc import Sequence
from typing import ClassVar

from django.db import transaction
from django.db.models import QuerySet

from core.bulk import lock_project
from core.comparing.adding import add_comparisons
from core.comparing.planning import plan_comparisons
from core.comparing.wanting import CompareConfig, Row, Wanted, candidates_of, responses_of, wanted_of
from core.models import Project, Prompt
from core.runs.steps import Context, Done, InputKind, Outcome, Step, StepConfig

# Prompt, the rows of its responses
Responses = tuple[int, list[Row]]


class Compare(Step):
    """Equal texts are never compared, and a comparison that is there already is not made again. Policies that go by a
    score leave out what has none, and never pair equal scores."""

    name: ClassVar[str] = "compare"
    summary: ClassVar[str] = "Make comparisons from the responses of each prompt."
    Config: ClassVar[type[StepConfig]] = CompareConfig
    shard_size: ClassVar[int] = 200
    costs: ClassVar[bool] = False
    input_kind: ClassVar[InputKind] = "prompt"

    def plan(self, project: Project, config: CompareConfig) -> dict[str, float]:
        """Counts of comparisons, the judge calls (both orders) and the person-hours that they would take.

        Exact for a project of some thousand prompts, else from a sample of them, with an interval.
        """
        planned = plan_comparisons(project, config)
        return {
            "comparisons": planned.new,
            "already there": planned.there,
            "judge calls": planned.calls,
            "people's judgments": planned.judgments,
            "person-hours": planned.hours,
        }

    def pin(self, project: Project, config: CompareConfig) -> CompareConfig:
        return config.pinned(project)

    def inputs(self, context: Context) -> QuerySet[Prompt]:
        return Prompt.objects.filter(project=context.project, withdrawn=None, erased=None)

    def load(self, context: Context, ids: Sequence[int]) -> list[Responses]:
        """The responses of each prompt without their texts; none where a prompt has none."""
        rows: dict[int, list[Row]] = {pk: [] for pk in ids}
        for row in responses_of(context.config, ids):
            rows[row[0]].append(row)
        return list(rows.items())

    async def process(self, context: Context, batch: Sequence[Responses]) -> list[Outcome]:
        return [Done(prompt, _comparisons(context.config, prompt, rows)) for prompt, rows in batch]

    def save(self, context: Context, outputs: Sequence[list[Wanted]]) -> None:
        _create(context.project, context.config, [wanted for of_prompt in outputs for wanted in of_prompt])


def _comparisons(config: CompareConfig, prompt: int, rows: Sequence[Row]) -> list[Wanted]:
    return wanted_of(config, prompt, bytes(rows[0][1]), candidates_of(rows)) if rows else []


@transaction.atomic
def _create(project: Project, config: CompareConfig, wanted: Sequence[Wanted]) -> None:
    lock_project(project.pk)
    add_comparisons(project, wanted, project.overlap if config.votes is None else config.votes)
