"""What one model says of the answers to some prompts, by its own chat template and tokenizer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from core.errors import PrefereeError
from core.models import Project
from core.runs.steps import PermanentError, TransientError
from synth.asking import measure
from synth.backends.protocol import Failure, Likelihood, Message, TokenRequest
from synth.backends.tokens import Encoded, encode, tokenizer_of
from synth.scorers.ratio import Logprobs
from synth.scorers.reading import Answer, Asked
from synth.targets import Target

PROBE: Message = {"role": "user", "content": "What is 2 + 2?"}


@dataclass(frozen=True, slots=True)
class Said:
    """Of one answer. `approximate`: of at least one answer to its prompt the tokens do not read back as its text."""

    logprobs: Logprobs
    approximate: bool
    tokens: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class _Wanted:
    answer: Answer
    request: TokenRequest
    ends: tuple[int, ...]
    approximate: bool


# By response
Side = dict[int, Said | TransientError | PrefereeError]


async def side_of(
    project: Project,
    target: Target,
    prompts: Sequence[Asked],
    given: Mapping[int, Sequence[Message]],
    *,
    end_of_turn: bool,
) -> Side:
    """What the model says of every wanted answer after the messages that are `given` for its prompt.

    Raises PermanentError where it can be measured by for nobody; what is wrong with one prompt or answer is its own.
    """
    tokenizer = tokenizer_of(target)
    encode(tokenizer, [PROBE], ["4"], end_of_turn=end_of_turn)
    side: Side = {}
    wanted: list[_Wanted] = []
    for asked in prompts:
        ended = [end_of_turn and answer.by_itself for answer in asked.answers]
        texts = [answer.text for answer in asked.answers]
        try:
            encoded = encode(tokenizer, given[asked.prompt], texts, end_of_turn=ended, about=asked.prompt)
        except PrefereeError as error:
            side |= {each.response: PrefereeError(str(error)) for each in asked.answers if each.wanted}
        else:
            wanted += _wanted(asked, encoded, ended)
    said = await measure(project, target, [each.request for each in wanted])
    return side | {each.answer.response: _said(each, one) for each, one in zip(wanted, said, strict=True)}


def _wanted(asked: Asked, encoded: Encoded, ended: Sequence[bool]) -> list[_Wanted]:
    """The end of a turn stands behind the text, so that it is a piece of its own."""
    rows = zip(asked.answers, encoded.requests, encoded.offsets, ended, strict=True)
    return [
        _Wanted(
            answer,
            replace(request, quotes=(answer.response,)),
            (*ends[:-1], len(answer.text) + 1) if closed else ends,
            encoded.approximate,
        )
        for answer, request, ends, closed in rows
        if answer.wanted
    ]


def _said(wanted: _Wanted, likelihood: Likelihood | Failure) -> Said | TransientError | PrefereeError:
    if isinstance(likelihood, PermanentError):
        raise likelihood
    if not isinstance(likelihood, Likelihood):
        return likelihood
    logprobs = Logprobs(likelihood.logprobs, wanted.ends)
    return Said(logprobs, wanted.approximate, likelihood.tokens, likelihood.cost)
