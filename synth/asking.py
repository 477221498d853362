"""Ask a model: what was replied before is not asked again, and what is replied is stored as it arrives."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar, cast

from core.models import Project
from synth.backends.protocol import Backend, Failure, Keep, Likelihood, OneByOne, Reply, Request, TokenRequest
from synth.desk import Desk, desk
from synth.replies import Keys, Row, find, likelihood_from, reply_from, row_of, store
from synth.targets import Target

# Replies that arrive within a small share of the time that one takes are stored together; none waits long for others.
SHARE_OF_REPLY, LONGEST_GATHERING = 0.08, 0.02

Asked = TypeVar("Asked", Request, TokenRequest)
Answered = TypeVar("Answered", Reply, Likelihood)


async def ask(project: Project, target: Target, requests: Sequence[Request]) -> list[Reply | Failure]:
    """A reply or a failure for each request, in their order.

    Equal requests are asked once. A request keeps its place in flight until its reply is stored, so a worker that is
    killed loses no more replies than may be in flight. Failures are not stored.
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
    first = {key: at for at, key in reversed(list(enumerate(keys)))}
    known = await table.aside(find, list(first))
    found: dict[bytes, Answered | Failure] = {key: read(body) for key, body in known.items()}
    asked = sorted(at for key, at in first.items() if key not in found)
    if asked:
        writer = Writer(table, project.pk)

        async def keep(at: int, answer: Any) -> None:
            await writer.keep(row_of(keys[asked[at]], requests[asked[at]], answer))

        answers = await put(table.backend_of(target), [requests[at] for at in asked], keep)
        found |= {keys[at]: answer for at, answer in zip(asked, answers, strict=True)}
    return [found[key] if first[key] == at else _again(found[key]) for at, key in enumerate(keys)]


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


class Writer:
    """Stores replies in groups: while one is written, the next gathers."""

    def __init__(self, table: Desk, project_id: int) -> None:
        self._table, self._project_id = table, project_id
        self._gathered: list[tuple[Row, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, row: Row) -> None:
        """Returns when it is stored, and raises what the database raises."""
        stored = asyncio.get_running_loop().create_future()
        self._gathered.append((row, stored))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await stored

    async def _write(self) -> None:
        while self._gathered:
            taken = self._gathered[0][0].body.seconds
            await asyncio.sleep(min(SHARE_OF_REPLY * taken, LONGEST_GATHERING))
            group, self._gathered = self._gathered, []
            error: BaseException | None = None
            try:
                await self._table.aside(store, self._project_id, [row for row, _ in group])
            except Exception as raised:  # it is each waiting one's to raise
                error = raised
            for _, stored in group:
                if not stored.done():
                    stored.set_result(None) if error is None else stored.set_exception(error)
        self._writing = None
