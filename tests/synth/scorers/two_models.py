"""A strong and a weak endpoint that answer as a test says, each with a tokenizer and a chat template of its own."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from synth.backends import opening
from synth.backends.protocol import Likelihood, TokenRequest
from synth.scorers import sides
from tests.synth.backends.vocabularies import tokenizer
from tests.synth.scripted import EndpointFactory, Scripted


def each_token(value: float) -> Callable[[TokenRequest], Likelihood]:
    """The same log-probability for every token."""
    return lambda request: Likelihood(tuple(value for _ in request.response), tokens_in=len(request.response))


@dataclass
class Models:
    """The scripted backends by the endpoint's name, and what each side's tokenizer is."""

    backends: dict[str, Scripted] = field(default_factory=dict)
    tokenizers: dict[str, Any] = field(default_factory=dict)

    @property
    def strong(self) -> Scripted:
        return self.backends["strong"]

    @property
    def weak(self) -> Scripted:
        return self.backends["weak"]

    @property
    def router(self) -> Scripted:
        return self.backends["router"]

    def decoded(self, name: str, request: TokenRequest) -> str:
        return str(self.tokenizers[name].decode(request.prompt))


def two_models(monkeypatch: Any, *, price: str = "0") -> Models:
    """Strong finds every token twice as likely as weak does; their templates and tokenizers differ."""
    models = Models(
        {"strong": Scripted(), "weak": Scripted(), "router": Scripted()},
        {"strong": tokenizer("byte-BPE", "chatml"), "weak": tokenizer("Llama-2", "llama2")},
    )
    models.strong.likelihood = each_token(-1.0)
    models.weak.likelihood = each_token(-1.0 - math.log(2))
    models.router.answer = lambda request: "chat"
    for name in models.backends:
        EndpointFactory(name=name, model=name, price_in=price)
    monkeypatch.setitem(opening._openers, "openai", lambda target: models.backends[target.name])
    monkeypatch.setattr(sides, "tokenizer_of", lambda target: models.tokenizers[target.name])
    return models
