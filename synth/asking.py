"""Ask a model: what was replied before is not asked again, and what is replied is stored as it arrives."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar, cast

from core.models import Project
from synth.backends.protocol import Backend, Failure, Keep, Likelihood, OneByOne, Reply, Request, TokenRequest
from synth.desk import Desk, desk
from synth.replies import Keys, find, likelihood_from, reply_from, row_of
from synth.targets import Target

Asked = TypeVar("Asked", Request, TokenRequest)
Answered = TypeVar("Answered", Reply, Likelihood)


async def ask(project: Project, target: Target, requests: Sequence[Request]) -> list[Reply | Failure]:
    """A reply or a failure for each request, in their order.

    Equal requests are asked once, also where others in the same loop ask them. A request keeps its place in flight
    until the database has its reply, so a worker that is killed loses no more replies than may be in flight. Failures
    are not stored.
    """

    async def put(backend: Backend, some: Sequence[Request], keep: Keep) -> list[Reply | Failure]:
        return await (
            backend.generate_each(some, keep) if isinstance(backend, OneByOne) else _kept(backend.generate(some), keep)
        )

    return await _answered(project, target, requests, put, reply_from)


async def measure(project: Project, target: Target, requests: Sequence[TokenRequest]) -> list[Likelihood | Failure]:
    """The log-likelihood of each response or a failure, in their order; stored and found again like replies."""

    async def put(backend: Backend, some: Sequence[TokenRequest], keep: Keep) -> list[Likelihood | Failure]:
        return await (
            backend.measure_each(some, keep)
            if isinstance(backend, OneByOne)
            else _kept(backend.loglikelihood(some), keep)
        )

    return await _answered(project, target, requests, put, likelihood_from)


async def _answered(
    project: Project,
    target: Target,
    requests: Sequence[Asked],
    put: Callable[[Backend, Sequence[Asked], Keep], Any],
    read: Callable[[str], Answered],
) -> list[Answered | Failure]:
    table, keys = await desk(), list(map(Keys(project.pk, target).of, requests))
    new: dict[bytes, Asked] = {}
    for key, request in zip(keys, requests, strict=True):
        if key not in table.asked:
            new.setdefault(key, request)
    theirs = {key: table.asked[key] for key in keys if key not in new}
    with table.asking(new) as found:
        found |= await _looked_up(project, target, table, new, put, read)
    found |= {key: await asyncio.shield(each) for key, each in theirs.items()}
    return [found[key] if new.pop(key, None) is not None else _again(found[key]) for key in keys]


async def _looked_up(
    project: Project,
    target: Target,
    table: Desk,
    requests: Mapping[bytes, Asked],
    put: Callable[[Backend, Sequence[Asked], Keep], Any],
    read: Callable[[str], Answered],
) -> dict[bytes, Answered | Failure]:
    found: dict[bytes, Answered | Failure] = {
        key: read(body) for key, body in (await find(table, list(requests))).items()
    }
    asked = [(key, request) for key, request in requests.items() if key not in found]
    if asked:
        writer, stored = table.writer_of(project), []

        async def keep(at: int, answer: Any) -> None:
            statement = writer.put(row_of(*asked[at], answer))
            stored.append(statement.done)
            await statement.sent

        answers = await put(table.backend_of(target), [request for _, request in asked], keep)
        for each in stored:
            await each
        found |= {key: answer for (key, _), answer in zip(asked, answers, strict=True)}
    return found


def _again(answer: Answered | Failure) -> Answered | Failure:
    """What the second of two equal requests gets: it was asked for once, and paid once."""
    if isinstance(answer, Exception):
        return answer
    return cast("Answered", replace(cast("Any", answer), stored=True, cost=Decimal(0)))


async def _kept(answering: Any, keep: Keep) -> Any:
    """For a backend that answers all at once."""
    answers = await answering
    await asyncio.gather(*(keep(at, each) for at, each in enumerate(answers) if not isinstance(each, Exception)))
    return answers
