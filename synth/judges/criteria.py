"""What a response is rated by: criteria with anchors, a version of a rubric at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import PrefereeError

GIVEN = "given_rubrics"
MOST_CRITERIA = 30
WIDEST_SCALE = 1_000


class Criterion(BaseModel):
    """One thing to rate, from `lowest` to `highest`; `weight` 0 is rated and kept, but decides nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60, pattern=r"^[^\s\[\]:=,][^\[\]:\n]*$")
    description: str = Field("", max_length=4_000)
    lowest: int = Field(1, ge=-WIDEST_SCALE, le=WIDEST_SCALE)
    highest: int = Field(5, ge=-WIDEST_SCALE, le=WIDEST_SCALE)
    weight: float = Field(1.0, ge=0, le=1_000)
    anchors: dict[int, str] = Field(default_factory=dict, description="What a score stands for, by score.")

    @model_validator(mode="after")
    def _fits(self) -> "Criterion":
        if self.lowest >= self.highest:
            raise ValueError(f"{self.name}: the lowest score {self.lowest} is not below the highest {self.highest}")
        if outside := [score for score in self.anchors if not self.lowest <= score <= self.highest]:
            raise ValueError(f"{self.name}: the anchor {outside[0]} is outside {self.lowest} to {self.highest}")
        return self


@dataclass(frozen=True, slots=True)
class RubricVersion:
    """The criteria of one version of a rubric."""

    name: str
    version: int
    criteria: tuple[Criterion, ...]

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def text(self) -> str:
        """As a judge reads it."""
        return "\n".join(map(_in_words, self.criteria))

    def mean(self, scores: Mapping[str, float]) -> float:
        """The mean of the scores by weight, on their own scales."""
        whole = sum(each.weight for each in self.criteria)
        return sum(each.weight * scores[each.name] for each in self.criteria) / whole


def criteria_of(values: Sequence[Mapping[str, Any]]) -> tuple[Criterion, ...]:
    """Checked criteria. Raises PrefereeError, which says which one does not fit."""
    if not 1 <= len(values) <= MOST_CRITERIA:
        raise PrefereeError(f"There are {len(values)} criteria. Write 1 to {MOST_CRITERIA}.")
    criteria = tuple(_criterion(at, value) for at, value in enumerate(values, start=1))
    names = [each.name.casefold() for each in criteria]
    if twice := [name for name in names if names.count(name) > 1]:
        raise PrefereeError(f"Two criteria are called “{twice[0]}”. Give each a name of its own.")
    if not any(each.weight for each in criteria):
        raise PrefereeError("No criterion has a weight above 0, so nothing would decide. Give one of them a weight.")
    return criteria


@cache
def given_rubrics() -> dict[str, RubricVersion]:
    """Those that come with Preferee, by NAME@VERSION, and by name the newest."""
    texts = [file.read_text(encoding="utf-8") for file in files("synth.judges").joinpath(GIVEN).iterdir()]
    found = sorted(map(yaml.safe_load, texts), key=lambda each: int(each["version"]))
    rubrics = [RubricVersion(each["name"], each["version"], criteria_of(each["criteria"])) for each in found]
    return {key: rubric for rubric in rubrics for key in (rubric.name, rubric.label)}


def labels_of_rubrics() -> list[str]:
    return sorted(key for key in given_rubrics() if "@" in key)


def _criterion(at: int, value: Mapping[str, Any]) -> Criterion:
    try:
        return Criterion.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        what = first["msg"].removeprefix("Value error, ")
        raise PrefereeError(f"Criterion {at}{f', {field}' if field else ''}: {what}.") from error


def _in_words(criterion: Criterion) -> str:
    head = f"{criterion.name}, from {criterion.lowest} to {criterion.highest}"
    head = f"{head}: {criterion.description}" if criterion.description else f"{head}."
    return "\n".join([head, *(f"  {score}: {text}" for score, text in sorted(criterion.anchors.items()))])
