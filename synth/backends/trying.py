"""Ask a server as often and as fast as it bears: its pace, its allowance, and another try where one may help."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from core.runs.steps import PermanentError, TransientError
from synth.backends.allowance import Allowance, allowance_of
from synth.backends.pace import Gate, pace_of
from synth.backends.protocol import Failure, Likelihood, Reply, Request, TokenRequest
from synth.backends.refusals import Limited, Slow, Unwell
from synth.costing import TOKENS_AROUND, tokens_of

if TYPE_CHECKING:
    from synth.targets import Target

Asked = TypeVar("Asked", Request, TokenRequest)
Answered = TypeVar("Answered", Reply, Likelihood)
Once = Callable[[Asked], Awaitable[Answered | Failure]]

# Tries in one visit; after them the engine tries again later, when other work is done.
TRIES: dict[type[TransientError], int] = {Slow: 2, Unwell: 4, Limited: 5}
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
GUESSED_REPLY = 256  # tokens, until some were seen


class Trying:
    """Of one opened server. Once it refused what no request can mend, nothing more is sent."""

    def __init__(self, target: "Target") -> None:
        self._target = target
        self.pace = pace_of(target)
        self.gate = Gate(self.pace)
        self._allowance = allowance_of(target)
        self._refusal: PermanentError | None = None
        self._usual_reply = float(GUESSED_REPLY)

    async def tried(self, request: Asked, once: "Once[Asked, Answered]") -> Answered | Failure:
        """Again for a while where that may help, no sooner than the server wants."""
        tries = 0
        while True:
            if refusal := await self._admitted():
                return refusal
            answer, since = await self._asked(request, once)
            tries += 1
            self._learn(answer, since)
            if not isinstance(answer, TransientError) or tries >= tries_of(answer):
                return answer
            pause = max(answer.retry_after or 0.0, FIRST_PAUSE * 2 ** (tries - 1) * random.uniform(0.5, 1.0))  # noqa: S311
            if pause > LONGEST_PAUSE:
                return answer
            await asyncio.sleep(pause)

    async def close(self) -> None:
        """What was taken from the allowance and not used is for others."""
        if self._allowance is not None:
            await self._allowance.give_back()

    async def _admitted(self) -> Failure | None:
        """Returns when the server wants requests again; why not, where that is long."""
        while self._refusal is None and (hold := self.pace.hold) > 0:
            if hold > LONGEST_PAUSE:
                return Limited(f"{self._target.name} wants no requests for {hold:.0f} seconds.", retry_after=hold)
            await asyncio.sleep(hold * random.uniform(1.0, 1.2))  # noqa: S311
        return self._refusal

    async def _asked(self, request: Asked, once: "Once[Asked, Answered]") -> tuple[Answered | Failure, float]:
        if self._allowance is None:
            since = time.monotonic()
            return await once(request), since
        guess = self._guess(request)
        await self._allowance.wait(guess)
        since, answer = time.monotonic(), await once(request)
        if not isinstance(answer, Exception):
            self._settle(self._allowance, guess, answer)
        return answer, since

    def _guess(self, request: Request | TokenRequest) -> float:
        """About how many tokens it will take."""
        if isinstance(request, TokenRequest):
            return len(request.prompt) + len(request.response) + 1
        characters = sum(len(message["content"]) for message in request.messages)
        return tokens_of(characters) + TOKENS_AROUND + min(self._usual_reply, request.sampling.max_tokens)

    def _settle(self, allowance: Allowance, guess: float, answer: Reply | Likelihood) -> None:
        written = answer.tokens_out if isinstance(answer, Reply) else 1
        self._usual_reply = 0.9 * self._usual_reply + 0.1 * written
        allowance.used(guess, answer.tokens_in + written)

    def _learn(self, answer: Any, since: float) -> None:
        if isinstance(answer, Limited | Unwell):
            self.pace.was_too_much(since, answer.retry_after)
        elif isinstance(answer, PermanentError):
            self._refusal = answer
        elif not isinstance(answer, Exception):
            self.pace.went_well()


def tries_of(error: TransientError) -> int:
    """The first kind that it is says it."""
    return next((tries for kind, tries in TRIES.items() if isinstance(error, kind)), 1)
