"""What the step `compare` is asked for, and the comparisons that one prompt's responses then make."""

import random
from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from core.bulk import fetch
from core.comparing.policies import BY_SCORE, Candidate, Group, Policy, groups
from core.errors import PrefereeError
from core.ids import comparison_key, key_of
from core.models import Project
from core.models.comparison import MOST_CANDIDATES
from core.runs.steps import StepConfig
from core.scorers import scorer_named

# What is withdrawn or erased takes no part.
RESPONSES = """
SELECT p.id, p.key, r.content_key, r.author_kind, r.author, r.key, r.id, {score}
  FROM core_response r JOIN core_prompt p ON p.id = r.prompt_id {scores}
 WHERE p.id = ANY(%(prompts)s) AND r.withdrawn IS NULL AND r.erased IS NULL AND p.withdrawn IS NULL AND p.erased IS NULL
 ORDER BY p.id
"""
UNSCORED = RESPONSES.format(score="NULL::float8", scores="")
SCORED = RESPONSES.format(
    score="s.value", scores="LEFT JOIN core_score s ON s.response_id = r.id AND s.scorer = %(scorer)s"
)

# Prompt, its comparison's key, its candidates
Wanted = tuple[int, bytes, Group]
# The columns of RESPONSES
Row = tuple[Any, ...]


class CompareConfig(StepConfig):
    """Which comparisons to make, from which seed, and how many people each should have."""

    policy: Policy = Field(
        "all_pairs",
        description="All pairs, random pairs, one pair a model pair, one list, or by a score the best against a random "
        "one below it or against the worst.",
    )
    pairs: int = Field(1, ge=1, le=10_000, description="How many pairs a prompt `random_pairs` draws.")
    seed: int = Field(0, description="The same seed draws the same pairs.")
    scorer: str = Field(
        "",
        max_length=200,
        description="NAME@VERSION of the scorer that says which is best; NAME is its newest version.",
    )
    votes: int | None = Field(
        None, ge=0, le=100, description="People wanted a comparison; the project's overlap if unset."
    )

    @model_validator(mode="after")
    def _has_scorer(self) -> Self:
        if self.policy in BY_SCORE and not self.scorer:
            raise ValueError("this policy goes by scores: name the scorer")
        return self

    def pinned(self, project: Project) -> Self:
        """With the version of the scorer. Raises PrefereeError where there is no such scorer."""
        if self.policy not in BY_SCORE:
            return self
        return self.model_copy(update={"scorer": scorer_named(project, self.scorer)})


def responses_of(config: CompareConfig, prompt_ids: Sequence[int]) -> list[Row]:
    """The responses of these prompts without their texts; with scores where the policy goes by them."""
    values = {"prompts": list(prompt_ids), "scorer": config.scorer}
    return fetch(SCORED if config.policy in BY_SCORE else UNSCORED, values)


def candidates_of(rows: Sequence[Row]) -> list[Candidate]:
    return [Candidate(bytes(row[2]), row[3], row[4], bytes(row[5]), row[6], row[7]) for row in rows]


def wanted_of(config: CompareConfig, prompt: int, prompt_key: bytes, candidates: Sequence[Candidate]) -> list[Wanted]:
    """The comparisons of one prompt. Seeded by the prompt, so that they do not depend on which others there are."""
    check_length(config, candidates)
    rng = random.Random(key_of(str(config.seed), config.policy, prompt_key))  # noqa: S311
    drawn = groups(config.policy, candidates, pairs=config.pairs, rng=rng)
    return [(prompt, comparison_key(candidate.key for candidate in group), group) for group in drawn]


def check_length(config: CompareConfig, candidates: Sequence[Candidate]) -> None:
    distinct = len({candidate.content_key for candidate in candidates}) if config.policy == "list" else 0
    if distinct > MOST_CANDIDATES:
        raise PrefereeError(
            f"A prompt has {distinct} different responses and a list holds {MOST_CANDIDATES}. Compare pairs instead."
        )
