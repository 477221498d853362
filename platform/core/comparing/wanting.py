"""What the step `compare` is asked for, and the comparisons that one prompt's responses then make."""

import random
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from core.comparing.policies import Candidate, Group, Policy, groups
from core.errors import PrefereeError
from core.ids import comparison_key, key_of
from core.models.comparison import MOST_CANDIDATES
from core.runs.steps import StepConfig

# What is withdrawn or erased takes no part.
RESPONSES = """
SELECT p.id, p.key, r.content_key, r.author_kind, r.author, r.key, r.id
  FROM core_response r JOIN core_prompt p ON p.id = r.prompt_id
 WHERE p.id = ANY(%s) AND r.withdrawn IS NULL AND r.erased IS NULL AND p.withdrawn IS NULL AND p.erased IS NULL
 ORDER BY p.id
"""

# Prompt, its comparison's key, its candidates
Wanted = tuple[int, bytes, Group]
# The columns of RESPONSES
Row = tuple[Any, ...]


class CompareConfig(StepConfig):
    """Which comparisons to make, from which seed, and how many people each should have."""

    policy: Policy = Field("all_pairs", description="All pairs, random pairs, one pair a model pair, or one list.")
    pairs: int = Field(1, ge=1, le=10_000, description="How many pairs a prompt `random_pairs` draws.")
    seed: int = Field(0, description="The same seed draws the same pairs.")
    votes: int | None = Field(
        None, ge=0, le=100, description="People wanted a comparison; the project's overlap if unset."
    )


def candidates_of(rows: Sequence[Row]) -> list[Candidate]:
    return [Candidate(bytes(row[2]), row[3], row[4], bytes(row[5]), row[6]) for row in rows]


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
