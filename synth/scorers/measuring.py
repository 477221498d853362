"""Measure responses with a strong and a weak model."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import PrefereeError
from core.models import Project
from core.runs.steps import Done, Failed, Outcome, TransientError
from synth.backends.protocol import Message
from synth.scorers.customising import Customised, Routed, customised
from synth.scorers.ratio import Piece, Ratio, density_ratio, pieces
from synth.scorers.reading import Answer, Asked
from synth.scorers.routes import Route, routes_of
from synth.scorers.sides import Said, Side, side_of
from synth.targets import Target


@dataclass(frozen=True, slots=True)
class Measuring:
    """What measures: two models, whether the end of a turn counts, and a router with the version of its texts."""

    strong: Target
    weak: Target
    end_of_turn: bool = False
    router: Target | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one response. `routed` is None where prompts are not customised."""

    response: int
    ratio: Ratio
    pieces: tuple[Piece, ...]
    approximate: bool
    routed: Routed | None
    exemplar: str


async def measured(project: Project, measuring: Measuring, prompts: Sequence[Asked]) -> list[Outcome]:
    """An outcome for each wanted answer. Raises PermanentError where a model can be measured by for nobody."""
    routes: dict[int, Route | TransientError] = {}
    if measuring.router is not None:
        routes = await routes_of(project, measuring.router, measuring.version, prompts)
    given = {each.prompt: _given(measuring, each, routes.get(each.prompt)) for each in prompts}
    sides = await _sides(project, measuring, prompts, {pk: each.messages for pk, each in given.items()})
    return [
        outcome
        for asked in prompts
        for outcome in _outcomes(asked, routes.get(asked.prompt), given[asked.prompt].exemplar, sides)
    ]


def _given(measuring: Measuring, asked: Asked, route: Route | TransientError | None) -> Customised:
    """The messages that both models are given."""
    if isinstance(route, Route):
        return customised(asked.messages, route.routed.domain, asked.key, measuring.version, system=asked.system)
    system: list[Message] = [{"role": "system", "content": asked.system}] if asked.system else []
    return Customised((*system, *asked.messages), "")


async def _sides(
    project: Project, measuring: Measuring, prompts: Sequence[Asked], given: dict[int, tuple[Message, ...]]
) -> list[Side]:
    """Strong and weak: at once where they are two servers, else in turn, for they would take each other's memory."""
    targets = (measuring.strong, measuring.weak)
    asking = [side_of(project, each, prompts, given, end_of_turn=measuring.end_of_turn) for each in targets]
    if all(target.address for target in targets):
        return list(await asyncio.gather(*asking))
    return [await side for side in asking]


def _outcomes(
    asked: Asked, route: Route | TransientError | None, exemplar: str, sides: Sequence[Side]
) -> list[Outcome]:
    """What the router took is the first answer's."""
    wanted = [answer for answer in asked.answers if answer.wanted]
    if isinstance(route, TransientError):
        return [Failed(answer.response, route) for answer in wanted]
    routed = route.routed if route else None
    found = [_outcome(answer, routed, exemplar, *(side[answer.response] for side in sides)) for answer in wanted]
    first = next((each for each in found if isinstance(each, Done)), None)
    if route is None or first is None:
        return found
    paid = Done(first.input, first.output, first.tokens + route.tokens, first.cost + route.cost)
    return [paid if each is first else each for each in found]


def _outcome(
    answer: Answer, routed: Routed | None, exemplar: str, strong: Said | Exception, weak: Said | Exception
) -> Outcome:
    if isinstance(strong, Exception):
        return Failed(answer.response, strong)
    if isinstance(weak, Exception):
        return Failed(answer.response, weak)
    try:
        ratio = density_ratio(strong.logprobs, weak.logprobs, len(answer.text))
    except PrefereeError as error:
        return Failed(answer.response, error)
    cut = tuple(pieces(strong.logprobs, weak.logprobs))
    approximate = strong.approximate or weak.approximate
    output = Measured(answer.response, ratio, cut, approximate, routed, exemplar)
    return Done(answer.response, output, strong.tokens + weak.tokens, strong.cost + weak.cost)
