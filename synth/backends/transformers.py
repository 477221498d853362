"""A model in a folder of this machine, run in this process by the package transformers."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import TypeVar

from core.errors import PrefereeError
from core.runs.steps import PermanentError
from synth.backends.folders import existing_folder, transformers_for
from synth.backends.local import likelihood, sampling
from synth.backends.local.choosing import Choice, choice_of, chosen
from synth.backends.local.loading import Loaded, loaded
from synth.backends.protocol import Failure, Keep, Likelihood, Reply, Request, TokenRequest
from synth.backends.rendering import prompt_ids
from synth.backends.revision import revision_of
from synth.models.endpoint import LATEST
from synth.targets import Target

Answer = TypeVar("Answer")
Some = list[tuple[int, Answer]]


class LocalModel:
    """Answers from the target's folder. The model is loaded when something is asked, and kept by the process.

    All models of a process are used by one thread, batch after batch: the loop lives, and no two batches compete for
    memory. A request's `schema` is left out; its `choice` is kept to.
    """

    def __init__(self, target: Target) -> None:
        self.target = target

    async def generate(self, requests: Sequence[Request]) -> list[Reply | Failure]:
        return await self.generate_each(requests, None)

    async def loglikelihood(self, requests: Sequence[TokenRequest]) -> list[Likelihood | Failure]:
        return await self.measure_each(requests, None)

    async def generate_each(self, requests: Sequence[Request], keep: Keep | None) -> list[Reply | Failure]:
        return await self._answers(len(requests), lambda model: _replies(model, requests), keep)

    async def measure_each(self, requests: Sequence[TokenRequest], keep: Keep | None) -> list[Likelihood | Failure]:
        return await self._answers(len(requests), lambda model: likelihood.measured(model, requests), keep)

    async def close(self) -> None:
        """The model stays in memory for the next batch."""

    async def _answers(
        self, count: int, work: Callable[[Loaded], Iterator[Some[Answer | Failure]]], keep: Keep | None
    ) -> list[Answer | Failure]:
        """Kept batch by batch. Whoever stops waiting stops the work at its next batch."""
        if not count:
            return []
        loop = asyncio.get_running_loop()
        try:
            model = await loop.run_in_executor(_thread(), loaded, self.target)
        except PermanentError as error:
            return [error] * count
        steps = work(model)
        found: dict[int, Answer | Failure] = {}
        while (some := await loop.run_in_executor(_thread(), next, steps, None)) is not None:
            found.update(some)
            if keep is not None:
                await asyncio.gather(*(keep(at, each) for at, each in some if not isinstance(each, Exception)))
        return [found[place] for place in range(count)]


def opened(target: Target) -> LocalModel:
    """Raises PermanentError where the packages are missing."""
    transformers_for(target.name)
    return LocalModel(target)


async def as_it_is_now(target: Target) -> Target:
    """With the revision that tells the files in its folder. Raises PermanentError where there is no model."""
    folder = existing_folder(target.name, target.model)
    now = await asyncio.to_thread(revision_of, folder)
    return replace(target, revision=now if target.revision == LATEST else target.revision)


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="local model")


def _replies(model: Loaded, requests: Sequence[Request]) -> Iterator[Some[Reply | Failure]]:
    free: list[sampling.Asked] = []
    choices: list[Choice] = []
    for place, request in enumerate(requests):
        try:
            prompt = prompt_ids(model.tokenizer, request.messages)
            if request.choice:
                choices.append(choice_of(model.tokenizer, place, request, prompt))
            else:
                free.append((place, request, prompt))
        except PrefereeError as error:
            yield [(place, error)]
    yield from _choices(model, choices)
    yield from sampling.written(model, free)


def _choices(model: Loaded, choices: Sequence[Choice]) -> Iterator[Some[Reply | Failure]]:
    """All of them are measured together, so that the choices of one request share its prompt."""
    flat = [each for choice in choices for each in choice.measured]
    found: dict[int, Likelihood | Failure] = {}
    for some in likelihood.measured(model, flat):
        found.update(some)
        yield []
    start = 0
    for choice in choices:
        end = start + len(choice.measured)
        yield [(choice.place, chosen(choice, [found[place] for place in range(start, end)]))]
        start = end
