"""The step `density`: score responses by the density ratio of two models (CDR, arXiv 2411.02481)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from django.db.models import Exists, OuterRef, Q, QuerySet
from pydantic import Field, model_validator

from core.errors import PrefereeError
from core.models import Project, Response, Score
from core.runs.steps import PAGE_ONLY, Context, Destination, InputKind, Outcome, Step, StepConfig
from synth.models import Endpoint, Kind, Trace
from synth.scorers.customising import NEWEST, digest
from synth.scorers.keeping import keep
from synth.scorers.measuring import Measured, Measuring, measured
from synth.scorers.outlook import outlook
from synth.scorers.ratio import Normalisation
from synth.scorers.reading import Asked, asked_of, measurable
from synth.scorers.versions import scorer_of
from synth.targets import Target, destinations, endpoint_named, pin_target, target_from, target_of

KIND = "density"
NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$"
# What decides the likelihoods that a target tells; neither prices nor limits do.
DECISIVE = ("kind", "address", "model", "revision", "tokenizer")


class DensityConfig(StepConfig):
    """Two endpoints, how their ratio is scaled, and how prompts are customised."""

    name: str = Field("density", pattern=NAME, max_length=60, description="What the scores are called: NAME@VERSION.")
    strong: str = Field(
        min_length=1, max_length=60, description="Endpoint of the aligned model, such as one trained by DPO."
    )
    weak: str = Field(min_length=1, max_length=60, description="Endpoint of the model that it was trained from.")
    normalisation: Normalisation = Field(
        "sum", description="The score: nats a response, a token or a character. The parts of all three are kept."
    )
    end_of_turn: bool = Field(
        False, description="Count the token that ends the turn, where the response was not cut off."
    )
    domains: bool = Field(False, description="Customise each prompt: its domain's instruction and an example.")
    router: str = Field("", max_length=60, description="Endpoint that tells the domain of a prompt; with domains only.")
    texts: int | None = Field(
        None, ge=1, le=NEWEST, description="Version of the domains' instructions and examples; the newest if unset."
    )
    traces: bool = Field(False, description="Keep the ratio of every token, to show it over the text.")
    scorer: str = Field(
        "", description="The scorer's NAME@VERSION, set when the run starts.", json_schema_extra=PAGE_ONLY
    )
    pinned: Mapping[str, Any] = Field(
        {}, description="The models as they were when the run started.", json_schema_extra=PAGE_ONLY
    )

    @model_validator(mode="after")
    def _has_router(self) -> Self:
        if self.domains and not self.router:
            raise ValueError("with domains, name the endpoint of a router")
        return self

    @property
    def roles(self) -> dict[str, str]:
        """The endpoints by what they are asked for."""
        return {"strong": self.strong, "weak": self.weak} | ({"router": self.router} if self.domains else {})


class Density(Step):
    """The score is log p_strong - log p_weak of the response. It says something where the strong model was aligned from
    the weak one; a big and a small model of one family are a poor pair. A configuration is a version of the scorer: run
    again, it measures only what has no score by it yet."""

    name: ClassVar[str] = "density"
    summary: ClassVar[str] = "Score responses by the density ratio of a strong and a weak model."
    Config: ClassVar[type[StepConfig]] = DensityConfig
    queue: ClassVar[str] = "gpu"
    shard_size: ClassVar[int] = 128
    input_kind: ClassVar[InputKind] = "response"

    def plan(self, project: Project, config: DensityConfig) -> dict[str, float]:
        targets = {role: target_of(endpoint_named(project, name)) for role, name in config.roles.items()}
        return outlook(project, targets, config.texts or NEWEST)

    def endpoints(self, project: Project, config: DensityConfig) -> Sequence[Destination]:
        """None where one of them is not there: such a run does not start, which is told elsewhere."""
        if config.pinned:
            return destinations(target_from(plain) for plain in config.pinned.values())
        try:
            return destinations(endpoint_named(project, name) for name in config.roles.values())
        except PrefereeError:
            return ()

    def queue_for(self, project: Project, config: DensityConfig) -> str:
        """Servers do their own work."""
        local = Endpoint.objects.usable_in(project).filter(name__in=config.roles.values(), kind=Kind.TRANSFORMERS)
        return self.queue if local.exists() else "cpu"

    def pin(self, project: Project, config: DensityConfig) -> DensityConfig:
        """With the models as they are now, and the version of the scorer that this makes."""
        targets = {role: pin_target(project, name) for role, name in config.roles.items()}
        texts = (config.texts or NEWEST) if config.domains else None
        scorer = scorer_of(project, config.name, KIND, _identity(config, targets, texts))
        pinned = {role: target.plain for role, target in targets.items()}
        return config.model_copy(update={"texts": texts, "scorer": str(scorer), "pinned": pinned})

    def inputs(self, context: Context) -> QuerySet[Response]:
        """The responses that have no score by this version, or no trace where traces are wanted."""
        scores = Score.objects.filter(response=OuterRef("pk"), scorer=context.config.scorer)
        measured = Q(Exists(scores))
        if context.config.traces:
            measured &= Q(Exists(Trace.objects.filter(score__in=scores.values("pk"))))
        return measurable(context.project).exclude(measured)

    def load(self, context: Context, ids: Sequence[int]) -> list[Asked]:
        return asked_of(ids)

    async def process(self, context: Context, batch: Sequence[Asked]) -> list[Outcome]:
        return await measured(context.project, _measuring(context.config), batch)

    def save(self, context: Context, outputs: Sequence[Measured]) -> None:
        keep(context.config.scorer, context.config.normalisation, outputs, traces=context.config.traces)


def _measuring(config: DensityConfig) -> Measuring:
    targets = {role: target_from(plain) for role, plain in config.pinned.items()}
    return Measuring(
        targets["strong"], targets["weak"], config.end_of_turn, targets.get("router"), config.texts or NEWEST
    )


def _identity(config: DensityConfig, targets: Mapping[str, Target], texts: int | None) -> dict[str, Any]:
    """All that decides a score, as the scorer keeps it."""
    models = {
        role: {"endpoint": target.name} | {field: getattr(target, field) for field in DECISIVE}
        for role, target in targets.items()
    }
    customised = {"texts": texts, "digest": digest(texts)} if texts else None
    return {
        **models,
        "normalisation": config.normalisation,
        "end_of_turn": config.end_of_turn,
        "customised": customised,
    }
