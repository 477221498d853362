"""What a model judge is: everything that decides what it would say. Frozen once the judge has judged."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Method = Literal["pairwise", "pointwise", "listwise", "principles"]
NAMED = r"^([^@]+@[1-9][0-9]*)?$"


class JudgeConfiguration(BaseModel):
    """Kept in `Judge.config`, with what was pinned at the first run beside it under `pinned`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Method = "pairwise"
    endpoint: str = Field(min_length=1, max_length=60, description="The name of an endpoint.")
    prompt: str = Field(
        "", max_length=80, pattern=NAMED, description="NAME@VERSION of the judge prompt; empty: the built-in one."
    )
    rubric: str = Field(
        "", max_length=120, pattern=NAMED, description="NAME@VERSION of the rubric; empty: the built-in one."
    )
    reference: bool = Field(False, description="Show the reference answer, and judge only prompts that have one.")
    scale: Literal["verdict", "five_points"] = Field(
        "verdict", description="Pairwise: A, B or tie, or five points from much better to much worse."
    )
    soft: Literal["none", "logprobs", "votes"] = Field(
        "none", description="Where a probability comes from: the verdict's tokens, or the share of the samples."
    )
    average: Literal["probabilities", "logits"] = Field(
        "probabilities",
        description="How the probabilities of the two orders are averaged; logits cancel a position bias.",
    )
    samples: int = Field(1, ge=1, le=32, description="How often each order is asked.")
    shuffles: int = Field(2, ge=1, le=16, description="Listwise: how many orders of the list.")
    temperature: float = Field(0.0, ge=0, le=2)
    top_p: float = Field(1.0, gt=0, le=1)
    max_tokens: int = Field(1024, ge=1, le=32_768)
    seed: int = Field(0, ge=0, lt=2**31)
    reasks: int = Field(1, ge=0, le=3, description="How often a reply that cannot be read is asked for again.")
    tie_band: float = Field(0.0, ge=0, description="Pointwise: scores that differ by no more are a tie.")
