"""The step `generate`: sample answers to every prompt from one or more endpoints."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from django.db.models import QuerySet

from core.errors import PrefereeError
from core.models import Project, Prompt
from core.runs.steps import (
    Context,
    Destination,
    Done,
    Failed,
    InputKind,
    Outcome,
    PermanentError,
    Step,
    StepConfig,
    TransientError,
)
from synth.asking import ask
from synth.backends.protocol import Failure, Reply, Request
from synth.generate.configuration import GenerateConfig
from synth.generate.planning import plan_samples
from synth.generate.reading import Asked, asked, in_use, lacking, samplers_of
from synth.generate.saving import Written, save_written, written
from synth.generate.voices import Voice, seed_of, voices_of
from synth.models import Kind
from synth.targets import Target, destinations, endpoint_named, pin_target, target_from, target_of

# A sample that is wanted: of which prompt and voice, its number, and its seed.
Wish = tuple[Asked, Voice, int, int]


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
            tagged = f" with the tag {config.tag}" if config.tag else ""
            raise PrefereeError(f"{project.slug} has no prompt{tagged} to answer. Import prompts first.")
        voices = list(voices_of(config, targets_of(project, config)))
        samplers = samplers_of(project, [voice.key for voice in voices])
        return lacking(project, config, list(samplers.values()), len(voices) * config.samples)

    def load(self, context: Context, ids: Sequence[int]) -> list[Asked]:
        voices = voices_of(context.config, targets_of(context.project, context.config))
        return asked(ids, samplers_of(context.project, [voice.key for voice in voices]))

    async def process(self, context: Context, batch: Sequence[Asked]) -> list[Outcome]:
        """All samples of all prompts go out together, to each endpoint its own."""
        targets = {name: target_from(plain) for name, plain in context.config.pinned.items()}
        voices = list(voices_of(context.config, targets))
        wishes = [wish for each in batch for wish in _wishes(each, voices, context.config.samples)]
        replies = await _replies(context, wishes)
        return [_outcome(each, replies.get(each.prompt, [])) for each in batch]

    def save(self, context: Context, outputs: Sequence[Sequence[Written]]) -> None:
        save_written(context.project, [each for answers in outputs for each in answers])


def targets_of(project: Project, config: GenerateConfig) -> dict[str, Target]:
    """As they were pinned, where a run has begun."""
    if config.pinned:
        return {name: target_from(plain) for name, plain in config.pinned.items()}
    return {name: target_of(endpoint_named(project, name)) for name in config.endpoints}


def _wishes(each: Asked, voices: Sequence[Voice], samples: int) -> list[Wish]:
    return [
        (each, voice, number, seed_of(voice.key, each.key, number))
        for voice in voices
        for number in range(1, samples + 1)
        if (voice.key, number) not in each.there
    ]


async def _replies(context: Context, wishes: Sequence[Wish]) -> dict[int, list[tuple[Wish, Reply | Failure]]]:
    """By prompt, in the order of the wishes."""
    by_target: dict[Target, list[Wish]] = {}
    for wish in wishes:
        by_target.setdefault(wish[1].target, []).append(wish)
    asking = [
        ask(context.project, target, [_request(context.config, wish) for wish in of])
        for target, of in by_target.items()
    ]
    found: dict[int, list[tuple[Wish, Reply | Failure]]] = {}
    for of, replies in zip(by_target.values(), await asyncio.gather(*asking), strict=True):
        for wish, reply in zip(of, replies, strict=True):
            found.setdefault(wish[0].prompt, []).append((wish, reply))
    return found


def _request(config: GenerateConfig, wish: Wish) -> Request:
    each, voice, number, seed = wish
    return Request(each.messages(config, voice), voice.drawn(seed), sample=number, about=each.prompt)


def _outcome(each: Asked, replies: Sequence[tuple[Wish, Reply | Failure]]) -> Outcome:
    """What can be had is kept, and the rest said; where another try may help, the prompt is tried again as a whole."""
    failures = [reply for _, reply in replies if not isinstance(reply, Reply)]
    for kind in (PermanentError, TransientError):
        if found := [failure for failure in failures if isinstance(failure, kind)]:
            if kind is PermanentError:
                raise found[0]
            return Failed(each.prompt, found[0])
    answers = [(wish, reply) for wish, reply in replies if isinstance(reply, Reply)]
    if failures and not answers:
        return Failed(each.prompt, failures[0])
    return Done(
        each.prompt,
        [written(each.prompt, voice, number, seed, reply) for (_, voice, number, seed), reply in answers],
        tokens=sum(reply.tokens for _, reply in answers),
        cost=sum((reply.cost for _, reply in answers), Decimal(0)),
        note=f"{len(failures)} of {len(replies)} answers failed: {failures[0]}" if failures else "",
    )
