"""The step `compare`: from the responses of each prompt, the comparisons that a policy asks for."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from core.bulk import copy_rows, fetch, lock_project, new_ids
from core.comparing.planning import KNOWN, plan_comparisons
from core.comparing.wanting import CompareConfig, Row, Wanted, candidates_of, responses_of, wanted_of
from core.models import Project, Prompt
from core.removing.newcomers import withdraw_new
from core.runs.steps import Context, Done, InputKind, Outcome, Step, StepConfig
from core.signals import comparisons_added

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


def _known(wanted: Sequence[Wanted]) -> set[tuple[int, bytes]]:
    rows = fetch(KNOWN, [sorted({prompt for prompt, _, _ in wanted})])
    return {(prompt, bytes(key)) for prompt, key in rows}


@transaction.atomic
def _create(project: Project, config: CompareConfig, wanted: Sequence[Wanted]) -> int:
    lock_project(project.pk)
    known = _known(wanted)
    new = [each for each in wanted if each[:2] not in known]
    ids = new_ids("core_comparison", len(new))
    votes = project.overlap if config.votes is None else config.votes
    copy_rows(
        "core_comparison (id, public, project_id, prompt_id, key, k, votes_wanted, priority, created)",
        (
            (pk, uuid4(), project.pk, prompt, key, len(group), votes, 0, "now")
            for pk, (prompt, key, group) in zip(ids, new, strict=True)
        ),
    )
    copy_rows(
        "core_candidate (comparison_id, prompt_id, response_id, slot)",
        (
            (pk, prompt, candidate.id, slot)
            for pk, (prompt, _, group) in zip(ids, new, strict=True)
            for slot, candidate in enumerate(group)
        ),
    )
    withdraw_new(ids)
    if ids:
        comparisons_added.send(Compare, project=project, comparison_ids=ids)
    return len(ids)
