"""One question to a model, and what was answered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from synth.backends.protocol import Reply, Request, Sampling
from synth.judges.parsing import explanation
from synth.judges.preparing import Prepared
from synth.judges.prompt_files import PromptFile, forms
from synth.judges.substitution import put_in
from synth.judges.verdicts import Item, Ranks, Verdict
from synth.targets import Target

HELD_TO_SCHEMA = {"schema", "vllm"}
SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class Question:
    """`order` are the slots as shown. `sample` counts from 1 within its order."""

    order: tuple[int, ...]
    sample: int
    request: Request

    def asked_again(self, attempt: int, samples: int) -> Request:
        """The request with a sample of its own for each attempt, so that no reply of before answers it."""
        if not attempt:
            return self.request
        sampling, more = self.request.sampling, attempt * samples
        seed = None if sampling.seed is None else (sampling.seed + more) % SEEDS
        return replace(self.request, sample=self.request.sample + more, sampling=replace(sampling, seed=seed))


@dataclass(frozen=True, slots=True)
class Answer:
    """`said` is what the reply was read as; None where it could not be read."""

    question: Question
    reply: Reply
    said: Any | None


class Method(Protocol):
    """What each file beside this one offers."""

    def questions(self, judge: Prepared, target: Target, item: Item) -> list[Question]:
        """All that is asked about the item. Raises PrefereeError where the method cannot take it."""
        ...

    def read(self, judge: Prepared, question: Question, reply: Reply) -> Any | None: ...

    def verdicts(self, judge: Prepared, item: Item, answers: Sequence[Answer]) -> tuple[Verdict, ...]: ...


@dataclass(frozen=True, slots=True)
class Form:
    """How to reply: the sentences, and what the server is to hold the model to."""

    text: str
    label: str
    schema: Mapping[str, Any] | None = None
    choice: tuple[str, ...] = ()
    logprobs: int = 0
    most_tokens: int | None = None


def form(target: Target, name: str, schema: Mapping[str, Any], **values: str) -> Form:
    """The form of this name as JSON where the server holds a model to a schema, else as text."""
    held = target.structure in HELD_TO_SCHEMA
    file = forms()[f"{name}.json" if held else f"{name}.text"]
    return Form(_filled(file, values), file.label, schema if held else None)


def plain_form(name: str, **fields: Any) -> Form:
    file = forms()[name]
    return Form(_filled(file, {}), file.label, **fields)


def asked(judge: Prepared, item: Item, orders: Sequence[tuple[int, ...]], form: Form) -> list[Question]:
    """Every order, as many times as the judge takes samples."""
    return [
        Question(order, sample, request)
        for order in orders
        for sample, request in enumerate(_requests(judge, item, order, form), start=1)
    ]


def _requests(judge: Prepared, item: Item, order: tuple[int, ...], form: Form) -> Iterator[Request]:
    configuration = judge.configuration
    messages = judge.template.messages(
        item,
        order,
        reply=form.text,
        rubric=judge.rubric.text if judge.rubric else "",
        reference=configuration.reference,
    )
    for sample in range(configuration.samples):
        yield Request(
            messages=messages,
            sampling=Sampling(
                temperature=configuration.temperature,
                top_p=configuration.top_p,
                max_tokens=min(configuration.max_tokens, form.most_tokens or configuration.max_tokens),
                seed=(configuration.seed + sample) % SEEDS,
            ),
            schema=form.schema,
            choice=form.choice,
            logprobs=form.logprobs,
            sample=sample,
            prompt_version=f"{judge.template.label} {form.label}",
            about=item.prompt,
            quotes=item.responses,
        )


def verdict_of(answer: Answer, ranks: Ranks | None, **fields: Any) -> Verdict:
    """The verdict of one answer, with `ranks` by slot."""
    reply, question = answer.reply, answer.question
    said = {"raw": reply.text, "rationale": explanation(reply.text), "seconds": reply.seconds}
    return Verdict(order=question.order, sample=question.sample, ranks=ranks, **{**said, **fields})


def by_slot(order: Sequence[int], shown: Sequence[int]) -> Ranks:
    """Ranks in the order shown, turned back to slots."""
    ranks = dict(zip(order, shown, strict=True))
    return tuple(ranks[slot] for slot in range(len(order)))


def _filled(file: PromptFile, values: Mapping[str, str]) -> str:
    return put_in(file.parts[0], values)
