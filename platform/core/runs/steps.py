"""What a recipe runs: a step, registered by its name, with a configuration that pydantic checks."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import PrefereeError
from core.models import Project

Reach = Callable[[int, int], None]


class StepConfig(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(ABC):
    """One thing that a run does. `execute` may be cut off at any moment: run again, it does only what is missing."""

    name: ClassVar[str]
    summary: ClassVar[str]
    Config: ClassVar[type[StepConfig]] = StepConfig

    @abstractmethod
    def plan(self, project: Project, config: Any) -> dict[str, float]:
        """What a run would do, by name, without doing it."""

    @abstractmethod
    def execute(self, project: Project, config: Any, reach: Reach) -> dict[str, Any]:
        """Do it, telling `reach(done, total)` on the way; returns the result to keep with the run."""


_steps: dict[str, Step] = {}


def register(step: Step) -> None:
    _steps[step.name] = step


def step_named(name: str) -> Step:
    if name not in _steps:
        raise PrefereeError(f"There is no recipe “{name}”. The recipes are {', '.join(sorted(_steps))}.")
    return _steps[name]


def configure(step: Step, values: Mapping[str, Any]) -> StepConfig:
    """The step's configuration from plain values; a sentence names the field that does not fit."""
    try:
        return step.Config.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        fields = ", ".join(step.Config.model_fields) or "none"
        raise PrefereeError(f"{step.name}: {field}: {first['msg']}. Its settings are: {fields}.") from error
