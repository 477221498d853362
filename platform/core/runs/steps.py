"""What a recipe runs: a step, registered by its name, with a configuration that pydantic checks."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import PrefereeError
from core.models import Project


class StepConfig(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TransientError(Exception):
    """Worth another try: a timeout, a limit, a server that is away. `retry_after` is what the server asked for."""

    def __init__(self, sentence: str, *, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class PermanentError(PrefereeError):
    """No input of this stage can succeed until a person does something; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Done:
    """The output of one input, and what it took."""

    input: int
    output: Any
    tokens: int = 0
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Failed:
    """One input that came to nothing; a transient error is tried again, any other is kept."""

    input: int
    error: Exception


Outcome = Done | Failed


@dataclass(frozen=True, slots=True)
class Context:
    """What a step works in."""

    project: Project
    config: Any
    stage_id: int = 0


class Step(ABC):
    """One thing that a stage does to many inputs. Outputs are saved by whoever holds the shard, once."""

    name: ClassVar[str]
    summary: ClassVar[str]
    Config: ClassVar[type[StepConfig]] = StepConfig
    queue: ClassVar[str] = "cpu"
    shard_size: ClassVar[int] = 500

    @abstractmethod
    def plan(self, project: Project, config: Any) -> dict[str, float]:
        """What a run would do, by name, without doing it. Raises PrefereeError where it could do nothing."""

    @abstractmethod
    def inputs(self, context: Context) -> "QuerySet[Model, Any]":
        """The rows to work on, whose ids are the inputs; those with an output already may be left out."""

    @abstractmethod
    def load(self, context: Context, ids: Sequence[int]) -> list[Any]:
        """What `process` needs of these inputs, read in one go."""

    @abstractmethod
    async def process(self, context: Context, batch: Sequence[Any]) -> list[Outcome]:
        """An outcome for each input, without touching the database. Raises PermanentError to stop the stage."""

    @abstractmethod
    def save(self, context: Context, outputs: Sequence[Any]) -> None:
        """Write the outputs in bulk, inside the transaction that marks the shard done; safe to repeat."""


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
