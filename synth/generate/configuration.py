"""What the steps `generate` and `improve` are told."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from core.runs.steps import PAGE_ONLY, StepConfig

MOST_SAMPLES = 64
LONGEST_SYSTEM = 20_000
SAME = "at temperature 0 all samples are the same; ask for 1, or raise the temperature"


class SamplingConfig(StepConfig):
    """How an answer's tokens are chosen, shared by all steps here that ask for answers."""

    temperature: float = Field(0.8, ge=0, le=2, description="0 takes the likeliest token each time.")
    top_p: float = Field(1.0, gt=0, le=1, description="Only the likeliest tokens that together reach this share.")
    max_tokens: int = Field(1024, ge=1, le=32_768, description="Where an answer is cut off, and marked as truncated.")
    seed: int = Field(0, ge=0, lt=2**31, description="Each sample's own seed is derived from it, so that it replays.")
    stop: tuple[str, ...] = Field((), max_length=4, description="Texts before which an answer ends.")


class GenerateConfig(SamplingConfig):
    """Who answers, and how often."""

    endpoints: tuple[str, ...] = Field(
        min_length=1, max_length=16, description='Names of endpoints, like ["strong", "weak"]: each answers.'
    )
    samples: int = Field(4, ge=1, le=MOST_SAMPLES, description="Answers a prompt, endpoint and system prompt.")
    systems: tuple[str, ...] = Field(
        (), max_length=16, description="System prompts; where there are several, every prompt is answered under each."
    )
    systems_are: Literal["instead", "before"] = Field(
        "instead", description="Instead of the prompt's own system text, or before it."
    )
    contexts: bool = Field(True, description="Show the prompt's contexts, after the system text.")
    tags: list[str] = Field(default_factory=list, description="Only prompts with one of these tags.")
    pinned: Mapping[str, Any] = Field(
        default_factory=dict, json_schema_extra=PAGE_ONLY, description="The endpoints as they were when the run began."
    )

    @model_validator(mode="after")
    def _differ(self) -> "GenerateConfig":
        if self.temperature == 0 and self.samples > 1:
            raise ValueError(SAME)
        if len(set(self.endpoints)) < len(self.endpoints) or len(set(self.systems)) < len(self.systems):
            raise ValueError("an endpoint or a system prompt stands there twice")
        if any(len(system) > LONGEST_SYSTEM for system in self.systems):
            raise ValueError(f"a system prompt has at most {LONGEST_SYSTEM:,} characters")
        return self


class ImproveConfig(SamplingConfig):
    """Who writes better answers, and who says what is wrong with those that there are."""

    endpoint: str = Field(min_length=1, max_length=60, description="Endpoint that writes the better answer.")
    judge: str = Field("", max_length=220, description="A judge, NAME or NAME@VERSION, whose reasons are the critique.")
    critic: str = Field("", max_length=60, description="Or an endpoint that is asked for a critique of each answer.")
    which: Literal["lost", "won", "all"] = Field(
        "lost", description="With a judge: answers that it put behind another, the best ones, or all that it judged."
    )
    samples: int = Field(1, ge=1, le=MOST_SAMPLES, description="Better answers to each answer.")
    again: bool = Field(False, description="Improve answers, too, that improve another already.")
    tags: list[str] = Field(default_factory=list, description="Only answers to prompts with one of these tags.")
    pinned: Mapping[str, Any] = Field(
        default_factory=dict, json_schema_extra=PAGE_ONLY, description="The endpoints as they were when the run began."
    )

    @model_validator(mode="after")
    def _fit(self) -> "ImproveConfig":
        if bool(self.judge) == bool(self.critic):
            raise ValueError("name a judge or a critic, and not both")
        if self.temperature == 0 and self.samples > 1:
            raise ValueError(SAME)
        return self
