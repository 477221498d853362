"""The step `compare`: from the responses of each prompt, the comparisons that a policy asks for."""

import random
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from pydantic import Field

from core.bulk import copy_rows, fetch, lock_project, new_ids
from core.comparing.policies import Candidate, Group, Policy, groups
from core.errors import PrefereeError
from core.ids import comparison_key, key_of
from core.models import Project, Prompt
from core.models.comparison import MOST_CANDIDATES
from core.removing.newcomers import withdraw_new
from core.runs.steps import Context, Done, Outcome, Step, StepConfig
from core.signals import comparisons_added

PROMPTS_A_BATCH = 1_000
COMPARISONS_A_BATCH = 20_000
SECONDS_A_JUDGMENT = 45.0

RESPONSES = """
SELECT p.id, p.key, r.content_key, r.author_kind, r.author, r.key, r.id
  FROM core_response r JOIN core_prompt p ON p.id = r.prompt_id WHERE p.id = ANY(%s)
   AND p.withdrawn IS NULL AND r.withdrawn IS NULL ORDER BY p.id
"""

# Prompt, its comparison's key, its candidates
Wanted = tuple[int, bytes, Group]
# Prompt, the rows of its responses
Responses = tuple[int, list[tuple[Any, ...]]]


class CompareConfig(StepConfig):
    """Which comparisons to make, from which seed, and how many people each should have."""

    policy: Policy = Field("all_pairs", description="All pairs, random pairs, one pair a model pair, or one list.")
    pairs: int = Field(1, ge=1, le=10_000, description="How many pairs a prompt `random_pairs` draws.")
    seed: int = Field(0, description="The same seed draws the same pairs.")
    votes: int | None = Field(
        None, ge=0, le=100, description="People wanted a comparison; the project's overlap if unset."
    )


class Compare(Step):
    """Equal texts are never compared, and a comparison that is there already is not made again."""

    name: ClassVar[str] = "compare"
    summary: ClassVar[str] = "Make comparisons from the responses of each prompt."
    Config: ClassVar[type[StepConfig]] = CompareConfig
    shard_size: ClassVar[int] = 200

    def plan(self, project: Project, config: CompareConfig) -> dict[str, float]:
        """Counts of comparisons, the judge calls (both orders) and the person-hours that they would take."""
        new = there = calls = 0
        for wanted in _wanted(project, config):
            known = _known(wanted)
            fresh = [group for prompt, key, group in wanted if (prompt, key) not in known]
            new += len(fresh)
            there += len(wanted) - len(fresh)
            calls += sum(2 if len(group) == 2 else 1 for group in fresh)
        votes = project.overlap if config.votes is None else config.votes
        hours = new * votes * _seconds_a_judgment(project) / 3600
        return {
            "comparisons": new,
            "already there": there,
            "judge calls": calls,
            "people's judgments": new * votes,
            "person-hours": round(hours, 1),
        }

    def inputs(self, context: Context) -> QuerySet[Prompt]:
        return Prompt.objects.filter(project=context.project, withdrawn=None)

    def load(self, context: Context, ids: Sequence[int]) -> list[Responses]:
        """The responses of each prompt without their texts; none where a prompt has none."""
        rows: dict[int, list[tuple[Any, ...]]] = {pk: [] for pk in ids}
        for row in fetch(RESPONSES, [list(ids)]):
            rows[row[0]].append(row)
        return list(rows.items())

    async def process(self, context: Context, batch: Sequence[Responses]) -> list[Outcome]:
        return [Done(prompt, _comparisons(context.config, prompt, rows)) for prompt, rows in batch]

    def save(self, context: Context, outputs: Sequence[list[Wanted]]) -> None:
        _create(context.project, context.config, [wanted for of_prompt in outputs for wanted in of_prompt])


def _comparisons(config: CompareConfig, prompt: int, rows: Sequence[tuple[Any, ...]]) -> list[Wanted]:
    if not rows:
        return []
    groups_of_prompt = _groups(config, bytes(rows[0][1]), rows)
    return [(prompt, comparison_key(candidate.key for candidate in group), group) for group in groups_of_prompt]


def _wanted(project: Project, config: CompareConfig) -> Iterator[list[Wanted]]:
    """The policy's comparisons in batches of bounded size."""
    prompts: int = 0
    wanted: list[Wanted] = []
    for prompt, rows in _prompts(project):
        prompts += 1
        wanted += _comparisons(config, prompt, rows)
        if prompts >= PROMPTS_A_BATCH or len(wanted) >= COMPARISONS_A_BATCH:
            yield wanted
            prompts, wanted = 0, []
    yield wanted


def _prompts(project: Project) -> Iterator[Responses]:
    """Each prompt with the rows of its responses; without the texts."""
    after = 0
    while prompts := list(
        Prompt.objects.filter(project=project, id__gt=after)
        .order_by("id")
        .values_list("id", flat=True)[:PROMPTS_A_BATCH]
    ):
        after = prompts[-1]
        for pk, group in groupby(fetch(RESPONSES, [prompts]), key=itemgetter(0)):
            yield pk, list(group)


def _groups(config: CompareConfig, prompt_key: bytes, rows: Sequence[tuple[Any, ...]]) -> list[Group]:
    candidates = [Candidate(bytes(row[2]), row[3], row[4], bytes(row[5]), row[6]) for row in rows]
    distinct = len({candidate.content_key for candidate in candidates})
    if config.policy == "list" and distinct > MOST_CANDIDATES:
        raise PrefereeError(
            f"A prompt has {distinct} different responses and a list holds {MOST_CANDIDATES}. Compare pairs instead."
        )
    # Seeded by the prompt, so that its pairs do not depend on which other prompts there are.
    rng = random.Random(key_of(str(config.seed), config.policy, prompt_key))  # noqa: S311
    return groups(config.policy, candidates, pairs=config.pairs, rng=rng)


def _known(wanted: Sequence[Wanted]) -> set[tuple[int, bytes]]:
    rows = fetch(
        "SELECT prompt_id, key FROM core_comparison WHERE prompt_id = ANY(%s)",
        [sorted({prompt for prompt, _, _ in wanted})],
    )
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


def _seconds_a_judgment(project: Project) -> float:
    """The median time people took here; 45 s where nobody has been timed."""
    ((median,),) = fetch(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY COALESCE(active_ms, wall_ms)) FROM core_judgment j"
        " JOIN core_judge g ON g.id = j.judge_id WHERE j.project_id = %s AND g.kind = 'human' AND j.live"
        " AND j.status = 'submitted'",
        [project.pk],
    )
    return SECONDS_A_JUDGMENT if median is None else median / 1000
