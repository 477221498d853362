"""Any OpenAI-compatible server, a vLLM server included, through the official client over aiohttp."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx2
import openai

from core.errors import PrefereeError
from core.runs.steps import PermanentError
from synth.backends import bodies
from synth.backends.addresses import looked_up
from synth.backends.connecting import TooMuch, client_of
from synth.backends.keys import key_in
from synth.backends.protocol import Failure, Keep, Likelihood, Reply, Request, TokenRequest
from synth.backends.refusals import Slow, Unwell, filtered, refused
from synth.backends.trying import Answered, Asked, Once, Trying
from synth.costing import cost_of
from synth.together import together

if TYPE_CHECKING:
    from synth.targets import Target


class OpenAI:
    """One server, asked with one client. Raises PermanentError where the address or the key cannot be used."""

    def __init__(self, target: "Target") -> None:
        place = looked_up(target.address, external=target.external)
        self._target = target
        self._client = client_of(target, place, key_in(target.key_variable))
        self._trying = Trying(target)

    async def generate(self, requests: Sequence[Request]) -> list[Reply | Failure]:
        return await self.generate_each(requests, None)

    async def loglikelihood(self, requests: Sequence[TokenRequest]) -> list[Likelihood | Failure]:
        return await self.measure_each(requests, None)

    async def generate_each(self, requests: Sequence[Request], keep: Keep | None) -> list[Reply | Failure]:
        return await self._each(requests, self._generate, keep)

    async def measure_each(self, requests: Sequence[TokenRequest], keep: Keep | None) -> list[Likelihood | Failure]:
        return await self._each(requests, self._measure, keep)

    async def close(self) -> None:
        await self._trying.close()
        await self._client.close()

    async def models(self) -> list[bodies.Served] | Failure:
        """What it serves."""
        body = await self._sent("models")
        try:
            return bodies.models_in(body) if isinstance(body, bytes) else body
        except bodies.Unreadable:
            return PermanentError(f"{self._target.address} does not answer like an OpenAI-compatible server.")

    async def _each(
        self,
        requests: Sequence[Asked],
        once: Once[Asked, Answered],
        keep: Keep | None,
    ) -> list[Answered | Failure]:
        """As many at a time as may be in flight. A place is free again when its answer is kept."""
        answers: list[Answered | Failure] = [PrefereeError("It was not asked.")] * len(requests)
        turns = iter(enumerate(requests))

        async def work(turns: Iterator[tuple[int, Asked]]) -> None:
            for at, request in turns:
                async with self._trying.gate:
                    answers[at] = answer = await self._trying.tried(request, once)
                    if keep is not None and not isinstance(answer, Exception):
                        await keep(at, answer)

        await together(work(turns) for _ in range(min(self._trying.pace.most, len(requests))))
        return answers

    async def _generate(self, request: Request) -> Reply | Failure:
        target, began = self._target, time.monotonic()
        body = await self._sent("chat/completions", bodies.chat_body(target, request))
        if not isinstance(body, bytes):
            return body
        try:
            reply = bodies.reply_in(body, target, request, time.monotonic() - began)
        except bodies.Unreadable:
            return self._garbled()
        return filtered(target) if reply.finish_reason == "content_filter" else reply

    async def _measure(self, request: TokenRequest) -> Likelihood | Failure:
        target, began = self._target, time.monotonic()
        if unfit := self._unfit(request):
            return PrefereeError(unfit)
        body = await self._sent("completions", bodies.tokens_body(target, request))
        if not isinstance(body, bytes):
            return body
        try:
            told = bodies.likelihood_in(body, request)
        except bodies.Unreadable:
            return self._garbled()
        if isinstance(told, str):
            return PermanentError(f"{target.name} {told}.")
        if any(each <= bodies.LOWEST for each in told.logprobs):
            return PrefereeError(f"{target.name} says that the response is impossible (a log-probability of −∞).")
        return replace(told, cost=cost_of(target, told.tokens_in, 1), seconds=time.monotonic() - began)

    def _unfit(self, request: TokenRequest) -> str:
        """Why it need not even be asked; empty where it may."""
        length, most = len(request.prompt) + len(request.response), (self._target.context or 0) - 1
        if self._target.context is not None and length > most:
            return f"The prompt and response are {length:,} tokens; {self._target.name} takes {most:,}."
        if not request.prompt:
            return "Nothing stands before the response, so its first token has no probability. Give a prompt."
        return ""

    def _garbled(self) -> Unwell:
        return Unwell(f"What {self._target.name} answered is cut off, or not what the protocol says.")

    async def _sent(self, path: str, body: bytes | None = None) -> bytes | Failure:
        target = self._target
        try:
            return await (self._client.told(path) if body is None else self._client.answered(path, body))
        except openai.APIStatusError as error:
            return refused(target, error.status_code, error.response.headers, error.body)
        except (openai.APITimeoutError, httpx2.TimeoutException, TimeoutError):
            return Slow(f"{target.name} did not answer in time.")
        except TooMuch:
            return PrefereeError(f"{target.name} answers with more than anybody could read. Ask for fewer tokens.")
        except (openai.APIConnectionError, httpx2.TransportError, OSError):
            return Unwell(f"{target.name} does not answer at {target.address}, or broke off.")
