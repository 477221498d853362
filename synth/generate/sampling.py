"""The step `generate`: sample answers to every prompt from one or more endpoints."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import QuerySet

from core.errors import PrefereeError
from core.models import Project, Prompt
from core.runs.steps import Context, Destination, InputKind, Outcome, Step, StepConfig
from synth.backends.protocol import Request
from synth.generate.configuration import GenerateConfig
from synth.generate.planning import plan_samples
from synth.generate.reading import Asked, asked, in_use, lacking, samplers_of
from synth.generate.saving import Written, save_written
from synth.generate.voices import Voice, seed_of, voices_of
from synth.generate.wishes import Wish, outcome, replies_to
from synth.models import Kind
from synth.targets import Target, destinations, endpoint_named, pin_target, target_from, target_of


class Generate(Step):
    """Every endpoint answers every prompt `samples` times, under each system prompt where there are several. Answers
    that are there already by the same model, sampling and system prompt are not asked for again; more samples are
    added to them. A sample's seed is derived from the prompt, so that the same run elsewhere asks for the same."""

    name: ClassVar[str] = "generate"
    summary: ClassVar[str] = "Let models answer the prompts, several times each."
    Config: ClassVar[type[StepConfig]] = GenerateConfig
    shard_size: ClassVar[int] = 100
    input_kind: ClassVar[InputKind] = "prompt"

    def plan(self, project: Project, config: GenerateConfig) -> dict[str, float]:
        return plan_samples(project, config, list(voices_of(config, targets_of(project, config))))

    def endpoints(self, project: Project, config: GenerateConfig) -> Sequence[Destination]:
        """None where an endpoint does not exist: such a run does not start, which is told elsewhere."""
        try:
            return destinations(targets_of(project, config).values())
        except PrefereeError:
            return ()

    def queue_for(self, project: Project, config: GenerateConfig) -> str:
        kinds = {target.kind for target in targets_of(project, config).values()}
        return "gpu" if Kind.TRANSFORMERS in kinds else self.queue

    def pin(self, project: Project, config: GenerateConfig) -> GenerateConfig:
        pinned = {name: pin_target(project, name).plain for name in config.endpoints}
        return config.model_copy(update={"pinned": pinned})

    def inputs(self, context: Context) -> QuerySet[Prompt]:
        """Those in use that have not all their samples yet."""
        project, config = context.project, context.config
        if not in_use(project, config).exists():
            tagged = f" tagged {' or '.join(config.tags)}" if config.tags else ""
            raise PrefereeError(f"{project.slug} has no prompt{tagged} to answer. Import prompts first.")
        voices = list(voices_of(config, targets_of(project, config)))
        samplers = samplers_of(project, [voice.key for voice in voices])
        return lacking(project, config, list(samplers.values()), len(voices) * config.samples)

    def load(self, context: Context, ids: Sequence[int]) -> list[Asked]:
        voices = voices_of(context.config, targets_of(context.project, context.config))
        return asked(ids, samplers_of(context.project, [voice.key for voice in voices]))

    async def process(self, context: Context, batch: Sequence[Asked]) -> list[Outcome]:
        targets = {name: target_from(plain) for name, plain in context.config.pinned.items()}
        voices = list(voices_of(context.config, targets))
        wishes = [wish for each in batch for wish in _wishes(each, context.config, voices)]
        replies = await replies_to(context.project, wishes)
        return [outcome(each.prompt, replies.get(each.prompt, [])) for each in batch]

    def save(self, context: Context, outputs: Sequence[Sequence[Written]]) -> None:
        save_written(context.project, [each for answers in outputs for each in answers])


def targets_of(project: Project, config: GenerateConfig) -> dict[str, Target]:
    """As they were pinned, where a run has begun."""
    if config.pinned:
        return {name: target_from(plain) for name, plain in config.pinned.items()}
    return {name: target_of(endpoint_named(project, name)) for name in config.endpoints}


def _wishes(each: Asked, config: GenerateConfig, voices: Sequence[Voice]) -> list[Wish]:
    return [
        Wish(each.prompt, each.prompt, voice, _request(each, config, voice, number))
        for voice in voices
        for number in range(1, config.samples + 1)
        if (voice.key, number) not in each.there
    ]


def _request(each: Asked, config: GenerateConfig, voice: Voice, number: int) -> Request:
    chosen = voice.drawn(seed_of(voice.key, each.key, number))
    return Request(each.messages(config, voice), chosen, sample=number, about=each.prompt)
