"""The step `improve`: a better answer from what a critic said about one that is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from django.db.models import QuerySet

from core.errors import PrefereeError
from core.models import Judge, Project, Response
from core.runs.steps import Context, Destination, Failed, InputKind, Outcome, PermanentError, Step, StepConfig
from synth.asking import ask
from synth.backends.protocol import Reply, Request, Sampling
from synth.costing import planned_cost
from synth.generate.configuration import ImproveConfig
from synth.generate.critics import critiques_of, judge_called
from synth.generate.faults import Faulty, faulty, improvable
from synth.generate.reading import samplers_of
from synth.generate.saving import Written, save_written
from synth.generate.texts import own_prompts
from synth.generate.voices import Voice, seed_of
from synth.generate.wishes import Spent, Wish, outcome, replies_to
from synth.models import Kind
from synth.targets import Target, destinations, endpoint_named, pin_target, target_from, target_of

TOKENS_OF_A_CRITIQUE = 512
GUESSED = 4_000  # characters of a conversation, an answer and its critiques together


class Improve(Step):
    """Writes a better answer for each that a judge criticised, or that an endpoint is asked to criticise first. It
    is a response of its own, which says what it improves. Answers that have their better ones already by the same
    model, sampling and critic are left out. Compare and judge afterwards: better is only what it was asked to be."""

    name: ClassVar[str] = "improve"
    summary: ClassVar[str] = "Let a model write better answers from what a critic said."
    Config: ClassVar[type[StepConfig]] = ImproveConfig
    shard_size: ClassVar[int] = 100
    input_kind: ClassVar[InputKind] = "response"

    def plan(self, project: Project, config: ImproveConfig) -> dict[str, float]:
        """As if none of them were improved before."""
        targets = targets_of(project, config)
        count = improvable(project, config, _judge(project, config), None).count()
        wanted = count * config.samples
        cost = planned_cost(targets[config.endpoint], GUESSED * wanted, wanted, config.max_tokens)
        if config.critic:
            cost += planned_cost(targets[config.critic], GUESSED * count, count, TOKENS_OF_A_CRITIQUE)
        return {
            "answers to improve, at most": count,
            "calls, at most": wanted + (count if config.critic else 0),
            "tokens written, at most": wanted * config.max_tokens,
            "cost, at most": float(cost),
        }

    def endpoints(self, project: Project, config: ImproveConfig) -> Sequence[Destination]:
        """None where an endpoint does not exist: such a run does not start, which is told elsewhere."""
        try:
            return destinations(targets_of(project, config).values())
        except PrefereeError:
            return ()

    def queue_for(self, project: Project, config: ImproveConfig) -> str:
        kinds = {target.kind for target in targets_of(project, config).values()}
        return "gpu" if Kind.TRANSFORMERS in kinds else self.queue

    def pin(self, project: Project, config: ImproveConfig) -> ImproveConfig:
        pinned = {name: pin_target(project, name).plain for name in _names(config)}
        judge = _judge(project, config)
        return config.model_copy(update={"pinned": pinned, "judge": _label(judge) if judge else ""})

    def inputs(self, context: Context) -> QuerySet[Response]:
        project, config = context.project, context.config
        judge = _judge(project, config)
        if judge is not None and not improvable(project, config, judge, None).exists():
            raise PrefereeError(
                f"{config.judge} gave no reasons about an answer that is to be improved. Let it judge first, by a "
                "method that explains, or ask a critic instead."
            )
        return improvable(project, config, judge, _sampler(project, config))

    def load(self, context: Context, ids: Sequence[int]) -> list[Faulty]:
        project, config = context.project, context.config
        found = faulty(ids, _sampler(project, config))
        judge = _judge(project, config)
        if judge is None:
            return found
        said = critiques_of(judge, config.which, ids)
        return [replace(each, critiques=tuple(said[each.response])) for each in found if each.response in said]

    async def process(self, context: Context, batch: Sequence[Faulty]) -> list[Outcome]:
        config = context.config
        targets = targets_of(context.project, config)
        failed: list[Outcome] = []
        spent: Mapping[int, Spent] = {}
        if config.critic:
            criticised = await _criticised(context, targets[config.critic], batch)
            batch, failed, spent = criticised.answers, criticised.failed, criticised.spent
        voice = voice_of(config, targets)
        wishes = [wish for each in batch for wish in _wishes(each, config, voice)]
        replies = await replies_to(context.project, wishes)
        nothing = Spent()
        return failed + [
            outcome(each.response, replies.get(each.response, []), spent.get(each.response, nothing)) for each in batch
        ]

    def save(self, context: Context, outputs: Sequence[Sequence[Written]]) -> None:
        save_written(context.project, [each for answers in outputs for each in answers])


def targets_of(project: Project, config: ImproveConfig) -> dict[str, Target]:
    """As they were pinned, where a run has begun."""
    if config.pinned:
        return {name: target_from(plain) for name, plain in config.pinned.items()}
    return {name: target_of(endpoint_named(project, name)) for name in _names(config)}


def voice_of(config: ImproveConfig, targets: Mapping[str, Target]) -> Voice:
    """What is written hangs on who criticises, too."""
    prompts = own_prompts()
    told = {"step": "improve", "prompt": prompts["improve"].label}
    if config.critic:
        told |= {"critic": targets[config.critic].author, "critic_prompt": prompts["critique"].label}
    else:
        told |= {"judge": config.judge, "which": config.which}
    return Voice(targets[config.endpoint], config, told)


def _names(config: ImproveConfig) -> list[str]:
    return list(dict.fromkeys(filter(None, (config.endpoint, config.critic))))


def _judge(project: Project, config: ImproveConfig) -> Judge | None:
    return judge_called(project, config.judge) if config.judge else None


def _label(judge: Judge) -> str:
    return f"{judge.name}@{judge.version}" if judge.version else judge.name


def _sampler(project: Project, config: ImproveConfig) -> int | None:
    key = voice_of(config, targets_of(project, config)).key
    return samplers_of(project, [key]).get(key)


def _wishes(each: Faulty, config: ImproveConfig, voice: Voice) -> list[Wish]:
    messages, label = each.messages("improve"), own_prompts()["improve"].label
    wishes = []
    for number in sorted({*range(1, config.samples + 1)} - each.there):
        chosen = voice.drawn(seed_of(voice.key, each.prompt_key, number, each.key))
        request = Request(
            messages, chosen, sample=number, prompt_version=label, about=each.prompt, quotes=(each.response,)
        )
        wishes.append(Wish(each.response, each.prompt, voice, request, parent=each.response, mark=each.mark))
    return wishes


@dataclass(frozen=True, slots=True)
class Criticised:
    """Answers with the critique that was asked for, those of which there is none, and what it took, by answer."""

    answers: list[Faulty]
    failed: list[Outcome]
    spent: dict[int, Spent]


async def _criticised(context: Context, critic: Target, batch: Sequence[Faulty]) -> Criticised:
    label = own_prompts()["critique"].label
    requests = [
        Request(
            each.messages("critique"),
            Sampling(max_tokens=TOKENS_OF_A_CRITIQUE, seed=seed_of(b"critique", each.key, 1)),
            prompt_version=label,
            about=each.prompt,
            quotes=(each.response,),
        )
        for each in batch
    ]
    said = await ask(context.project, critic, requests)
    if permanent := next((each for each in said if isinstance(each, PermanentError)), None):
        raise permanent
    pairs = list(zip(batch, said, strict=True))
    return Criticised(
        [each.criticised(reply.text) for each, reply in pairs if isinstance(reply, Reply)],
        [Failed(each.response, reply) for each, reply in pairs if not isinstance(reply, Reply)],
        {each.response: Spent(reply.tokens, reply.cost) for each, reply in pairs if isinstance(reply, Reply)},
    )
