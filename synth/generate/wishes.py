"""Samples that are wanted, what came of them, and the outcome of the input that they belong to."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.models import Project
from core.runs.steps import Done, Failed, Outcome, PermanentError, TransientError
from synth.asking import ask
from synth.backends.bodies import storable
from synth.backends.protocol import Failure, Reply, Request
from synth.generate.saving import Written
from synth.generate.texts import unfenced
from synth.generate.voices import Voice
from synth.targets import Target


@dataclass(frozen=True, slots=True)
class Wish:
    """One sample, of the input `of`. `parent` is the response that it is to improve, `mark` that of its fences."""

    of: int
    prompt: int
    voice: Voice
    request: Request
    parent: int | None = None
    mark: str = ""

    def written(self, text: str, finish_reason: str) -> Written:
        """An empty answer is one too."""
        number, seed = self.request.sample, self.request.sampling.seed or 0
        text = unfenced(text, self.mark) if self.mark else text
        return Written(self.prompt, self.voice, number, seed, storable(text), finish_reason[:200], self.parent)


@dataclass(frozen=True, slots=True)
class Spent:
    """What was paid for an input besides its answers."""

    tokens: int = 0
    cost: Decimal = Decimal(0)


Replies = list[tuple[Wish, Reply | Failure]]


async def replies_to(project: Project, wishes: Sequence[Wish]) -> Mapping[int, Replies]:
    """By input, in the order of the wishes. All go out together, to each target its own. Raises PermanentError."""
    by_target: dict[Target, list[Wish]] = {}
    for wish in wishes:
        by_target.setdefault(wish.voice.target, []).append(wish)
    asking = [ask(project, target, [wish.request for wish in of]) for target, of in by_target.items()]
    found: dict[int, Replies] = {}
    for of, replies in zip(by_target.values(), await asyncio.gather(*asking), strict=True):
        for wish, reply in zip(of, replies, strict=True):
            if isinstance(reply, PermanentError):
                raise reply
            found.setdefault(wish.of, []).append((wish, reply))
    return found


def outcome(of: int, replies: Replies, spent: Spent = Spent()) -> Outcome:
    """What can be had is kept, and the rest said; where another try may help, the input is tried again as a whole."""
    failures = [reply for _, reply in replies if not isinstance(reply, Reply)]
    answers = [(wish, reply) for wish, reply in replies if isinstance(reply, Reply)]
    tokens = spent.tokens + sum(reply.tokens for _, reply in answers)
    cost = spent.cost + sum((reply.cost for _, reply in answers), Decimal(0))
    if again := next((failure for failure in failures if isinstance(failure, TransientError)), None):
        return Failed(of, again, tokens, cost)
    if failures and not answers:
        return Failed(of, failures[0], tokens, cost)
    note = f"{len(failures)} of {len(replies)} answers failed: {failures[0]}" if failures else ""
    return Done(of, [wish.written(reply.text, reply.finish_reason) for wish, reply in answers], tokens, cost, note)
