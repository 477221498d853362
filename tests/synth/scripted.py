"""A backend that answers as a test says, and endpoints for it: no network, no model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import factory
from factory.django import DjangoModelFactory

from synth.backends import opening
from synth.backends.protocol import Failure, Likelihood, Reply, Request, TokenRequest
from synth.models import Endpoint
from synth.targets import Target

Answer = Callable[[Request], Reply | Failure | str]
Measure = Callable[[TokenRequest], Likelihood | Failure]


@dataclass
class Scripted:
    """Remembers what it was asked."""

    answer: Answer = lambda request: "[[A]]"
    likelihood: Measure = lambda request: Likelihood(tuple(-1.0 for _ in request.response))
    asked: list[Request] = field(default_factory=list)
    measured: list[TokenRequest] = field(default_factory=list)

    async def generate(self, requests: Sequence[Request]) -> list[Reply | Failure]:
        self.asked += requests
        return [Reply(said) if isinstance(said := self.answer(each), str) else said for each in requests]

    async def loglikelihood(self, requests: Sequence[TokenRequest]) -> list[Likelihood | Failure]:
        self.measured += requests
        return [self.likelihood(each) for each in requests]

    async def close(self) -> None:
        pass


async def as_it_is(target: Target) -> Target:
    return target


def script(monkeypatch: Any, answer: Answer | None = None, likelihood: Measure | None = None) -> Scripted:
    """Every target of the kind `openai` answers by it from now on."""
    scripted = Scripted()
    scripted.answer = answer or scripted.answer
    scripted.likelihood = likelihood or scripted.likelihood
    monkeypatch.setitem(opening._openers, "openai", lambda target: scripted)
    monkeypatch.setitem(opening._resolvers, "openai", as_it_is)
    return scripted


class EndpointFactory(DjangoModelFactory):
    class Meta:
        model = Endpoint

    name = factory.Sequence(lambda n: f"endpoint-{n}")
    kind = "openai"
    address = "http://127.0.0.1:9/v1"
    model = "tiny"
    revision = "1"
    family = "llama"
    external = False
