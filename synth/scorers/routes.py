"""Which domain each prompt is of, as a router model says."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.models import Project
from core.runs.steps import PermanentError, TransientError
from synth.asking import ask
from synth.backends.protocol import Failure, Reply, Request, Sampling
from synth.scorers.customising import DOMAINS, FALLBACK, Routed, question, routed
from synth.scorers.reading import Asked
from synth.targets import Target

BRIEF = Sampling(max_tokens=8)


@dataclass(frozen=True, slots=True)
class Route:
    """The domain of a prompt, and what it took to know it now."""

    routed: Routed
    tokens: int = 0
    cost: Decimal = Decimal(0)


async def routes_of(
    project: Project, router: Target, version: int, prompts: Sequence[Asked]
) -> dict[int, Route | TransientError]:
    """By prompt. Raises PermanentError where the router can answer nobody."""
    requests = [_request(each, version) for each in prompts]
    replies = await ask(project, router, requests)
    return {each.prompt: _route(reply) for each, reply in zip(prompts, replies, strict=True)}


def _request(asked: Asked, version: int) -> Request:
    return Request(
        tuple(question(asked.last_turn, version)),
        BRIEF,
        choice=DOMAINS,
        prompt_version=f"router@{version}",
        about=asked.prompt,
    )


def _route(reply: Reply | Failure) -> Route | TransientError:
    """A prompt that the router cannot take, because it is too long, say, is one that it could not read."""
    if isinstance(reply, PermanentError):
        raise reply
    if isinstance(reply, TransientError):
        return reply
    if isinstance(reply, Reply):
        return Route(routed(reply.text), reply.tokens, reply.cost)
    return Route(Routed(FALLBACK, read=False))
