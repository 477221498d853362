"""One of a few given replies, by how likely the model is to write each."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from synth.backends.local.batches import Ids
from synth.backends.protocol import Failure, Likelihood, Place, Reply, Request, TokenRequest
from synth.backends.rendering import end_of_turn
from synth.backends.tokens import response_ids


@dataclass(frozen=True, slots=True)
class Choice:
    """A request of one of several replies, and what is measured for it."""

    place: int
    request: Request
    measured: tuple[TokenRequest, ...]


def choice_of(tokenizer: object, place: int, request: Request, prompt: Ids) -> Choice:
    """Where one choice begins another, all are measured with their end, else the longer could never win."""
    ids = [response_ids(tokenizer, text) for text in request.choice]
    if any(one is not other and other[: len(one)] == one for one in ids for other in ids):
        last = end_of_turn(tokenizer)
        ids = [(*each, last) for each in ids]
    return Choice(place, request, tuple(TokenRequest(prompt, each, request.about) for each in ids))


def chosen(choice: Choice, figures: Sequence[Likelihood | Failure]) -> Reply | Failure:
    """With the log-probability of every choice, over the choices only."""
    likelihoods = [each for each in figures if isinstance(each, Likelihood)]
    if len(likelihoods) < len(figures):
        return next(each for each in figures if not isinstance(each, Likelihood))
    request = choice.request
    shares = _normalised([sum(each.logprobs) for each in likelihoods])
    taken = _taken(shares, request)
    top = dict(zip(request.choice, shares, strict=True))
    return Reply(
        text=request.choice[taken],
        places=(Place(request.choice[taken], shares[taken], top),),
        renormalised=True,
        tokens_in=len(choice.measured[0].prompt),
        tokens_out=len(choice.measured[taken].response),
        seconds=sum(each.seconds for each in likelihoods),
    )


def _taken(shares: Sequence[float], request: Request) -> int:
    sampling = request.sampling
    if sampling.temperature <= 0:
        return max(range(len(shares)), key=shares.__getitem__)
    seed = None if sampling.seed is None else f"{sampling.seed}:{request.sample}"
    weights = [exp(each) for each in _normalised([share / sampling.temperature for share in shares])]
    return random.Random(seed).choices(range(len(shares)), weights)[0]  # noqa: S311 - no secret


def _normalised(figures: Sequence[float]) -> list[float]:
    most = max(figures)
    total = most + log(sum(exp(each - most) for each in figures))
    return [each - total for each in figures]
