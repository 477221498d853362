"""A server that says what a test wants, and targets at it."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from synth.backends import pace, trying
from synth.backends.opening import open_backend
from synth.backends.protocol import Request, Sampling
from synth.models import Endpoint
from synth.targets import Target, target_of
from tests.synth.openai_server import Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as server:
        yield server


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that nobody has to sit through, and a pace that no other test has learnt."""
    monkeypatch.setattr(trying, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(pace, "_paces", {})


@pytest.fixture
def target_at(server: Server) -> Callable[..., Target]:
    def made(**fields: Any) -> Target:
        known = {"name": "tiny-server", "address": server.url, "model": "tiny", "revision": "1", "external": False}
        return target_of(Endpoint(pk=1, **{**known, **fields}))

    return made


def request(text: str = "Which?", *, max_tokens: int = 16, **more: Any) -> Request:
    return Request(({"role": "user", "content": text},), Sampling(max_tokens=max_tokens), **more)


def generated(target: Target, *requests: Request) -> list[Any]:
    return through(target, lambda backend: backend.generate(requests))


def through(target: Target, work: Callable[[Any], Any]) -> Any:
    async def opened() -> Any:
        backend = open_backend(target)
        try:
            return await work(backend)
        finally:
            await backend.close()

    return asyncio.run(opened())
