"""What a recipe runs: a step, registered by its name, with a configuration that pydantic checks."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal

from django.db.models import QuerySet
from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import PrefereeError
from core.ids import canonical, key_of
from core.models import Project, User


class StepConfig(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


# For a setting that only a person at a shell may give, like a path: forms on the web leave it out.
SHELL_ONLY: dict[str, Any] = {"shell_only": True}
# For a setting that another page makes, like a file that was sent: forms leave it out too.
PAGE_ONLY: dict[str, Any] = {"page_only": True}


class TransientError(Exception):
    """Worth another try: a timeout, a limit, a server that is away. `retry_after` is what the server asked for."""

    def __init__(self, sentence: str, *, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class PermanentError(PrefereeError):
    """No input of this stage can succeed until a person does something; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Done:
    """The output of one input, what it took, and what is worth saying about it on the run's page."""

    input: int
    output: Any
    tokens: int = 0
    cost: Decimal = Decimal(0)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """One input that came to nothing; a transient error is tried again, any other is kept.

    What it took counts too: of several replies that it needed, some may have come and been paid.
    """

    input: int
    error: Exception
    tokens: int = 0
    cost: Decimal = Decimal(0)


Outcome = Done | Failed


@dataclass(frozen=True, slots=True)
class Context:
    """What a step works in.

    A batch that takes long may say through `reach` which share of it is done, and ask through `check` whether it is
    still its own: that raises where somebody else has taken it over.
    """

    project: Project
    config: Any
    stage_id: int = 0
    by: User | None = None
    reach: Callable[[float], None] = lambda share: None
    check: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Destination:
    """An address that text would be sent to. `is_outside`: whoever set it up says so, wherever the address lies."""

    address: str
    is_outside: bool = False


# What the numbers of a stage's inputs are: primary keys of such rows, places of files, or nothing that has a page.
InputKind = Literal["prompt", "comparison", "response", "file", ""]


class AnyStep(ABC):
    """What a stage uses.

    `remembers`: an input that has an output by the same configuration is not new. `costs`: it may spend money, so it
    stops where the project's budget is spent. `offered`: people choose it; what is not is used by its own pages alone.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    Config: ClassVar[type[StepConfig]] = StepConfig
    queue: ClassVar[str] = "cpu"
    shard_size: ClassVar[int] = 500
    remembers: ClassVar[bool] = True
    costs: ClassVar[bool] = True
    input_kind: ClassVar[InputKind] = ""
    offered: ClassVar[bool] = True

    @abstractmethod
    def plan(self, project: Project, config: Any) -> dict[str, float]:
        """What a run would do, by name, without doing it. Raises PrefereeError where it could do nothing."""

    def endpoints(self, project: Project, config: Any) -> Sequence[Destination]:
        """Who would see text of the project; one whose text stays inside refuses those outside."""
        return ()

    def queue_for(self, project: Project, config: Any) -> str:
        """The queue whose workers can do it, where that hangs on the configuration."""
        return self.queue

    def pin(self, project: Project, config: Any) -> Any:
        """The configuration with every moving reference (`@latest`) replaced by what it means now."""
        return config

    @abstractmethod
    def inputs(self, context: Context) -> "QuerySet[Any, Any] | Sequence[int]":
        """The rows to work on, whose ids are the inputs, or numbers; those with an output already may be left out."""


class Step(AnyStep):
    """One thing that a stage does to many inputs. Outputs are saved by whoever holds the shard, once."""

    @abstractmethod
    def load(self, context: Context, ids: Sequence[int]) -> list[Any]:
        """What `process` needs of these inputs, read in one go."""

    @abstractmethod
    async def process(self, context: Context, batch: Sequence[Any]) -> list[Outcome]:
        """An outcome for each input, without touching the database. Raises PermanentError to stop the stage."""

    @abstractmethod
    def save(self, context: Context, outputs: Sequence[Any]) -> str | None:
        """Write the outputs in bulk, inside the transaction that marks the shard done; safe to repeat.

        What it returns is said on the run's page.
        """


class Gate(AnyStep):
    """A stage that waits for people: the run is parked and holds no worker until they have done their part."""

    @abstractmethod
    def waiting(self, context: Context) -> int:
        """How many inputs of the stage (`context.stage_id`) people have not done yet."""

    def is_open(self, context: Context, waiting: int, total: int) -> bool:
        """Whether the run may go on."""
        return waiting == 0


_steps: dict[str, AnyStep] = {}


def register(step: AnyStep) -> None:
    _steps[step.name] = step


def all_steps() -> dict[str, AnyStep]:
    return dict(sorted(_steps.items()))


def offered_steps() -> dict[str, AnyStep]:
    return {name: step for name, step in all_steps().items() if step.offered}


def step_named(name: str) -> AnyStep:
    if name not in _steps:
        raise PrefereeError(f"There is no step “{name}”. The steps are {', '.join(sorted(offered_steps()))}.")
    return _steps[name]


def configure(step: AnyStep, values: Mapping[str, Any]) -> StepConfig:
    """The step's configuration from plain values; a sentence names the field that does not fit."""
    try:
        return step.Config.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        fields = ", ".join(step.Config.model_fields) or "none"
        raise PrefereeError(f"{step.name}: {field}: {first['msg']}. Its settings are: {fields}.") from error


def work_key(step: AnyStep, config: StepConfig) -> bytes:
    """What was done to an input: the step, and every setting of it."""
    return key_of(step.name, canonical(config.model_dump(mode="json")))
