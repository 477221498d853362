"""What every backend understands and answers. Nothing here knows of Django or of a network."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from core.errors import PrefereeError
from core.runs.steps import PermanentError, TransientError

Message = Mapping[str, str]  # role and content


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen. Temperature 0 takes the likeliest; `seed` None leaves it to the server."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 1024
    seed: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One reply that is wanted.

    `schema` is a JSON schema that the reply must fit, `choice` a list of which it must be one: backends hold the model
    to them where the target's `structure` allows, and leave them out elsewhere. `logprobs` is how many likely tokens
    are wanted at each place (0: none). `sample` tells apart requests that are else the same. `about` is the prompt row
    whose text is in it and `quotes` the response rows, for erasure; `prompt_version` names the template that made the
    messages.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    schema: Mapping[str, Any] | None = None
    choice: tuple[str, ...] = ()
    logprobs: int = 0
    sample: int = 0
    prompt_version: str = ""
    about: int | None = None
    quotes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """One token of a reply: its text, its log-probability in nats, and those of the likeliest ones there by text."""

    token: str
    logprob: float
    top: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model wrote. `finish_reason` "length" means truncated.

    `renormalised`: log-probabilities are over what a schema or choice allowed, not over all tokens. `cost` is what this
    call cost; it is 0 where the reply was `stored` before. `seconds` is how long it took when it was asked.
    """

    text: str
    finish_reason: str = "stop"
    places: tuple[Place, ...] = ()
    renormalised: bool = False
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    seconds: float = 0.0
    stored: bool = False

    @property
    def tokens(self) -> int:
        """What counts as used in this run."""
        return 0 if self.stored else self.tokens_in + self.tokens_out


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """Token ids whose log-probabilities are wanted at the last `len(response)` positions of `prompt + response`.

    `about` and `quotes` as of a Request.
    """

    prompt: tuple[int, ...]
    response: tuple[int, ...]
    about: int | None = None
    quotes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The log-probability of each response token given all before it, in nats, at temperature 1."""

    logprobs: tuple[float, ...]
    cost: Decimal = Decimal(0)
    seconds: float = 0.0
    tokens_in: int = 0
    stored: bool = False

    @property
    def tokens(self) -> int:
        return 0 if self.stored else self.tokens_in


# What came of one request. TransientError: worth another try. PermanentError: no request to this target can succeed
# until a person does something. PrefereeError: this one alone cannot (it is too long, say).
Failure = TransientError | PermanentError | PrefereeError


class Backend(Protocol):
    """Answers in the order of the requests, one answer each; never raises for a single one."""

    async def generate(self, requests: Sequence[Request]) -> list[Reply | Failure]: ...

    async def loglikelihood(self, requests: Sequence[TokenRequest]) -> list[Likelihood | Failure]: ...

    async def close(self) -> None: ...


# Awaited with the place of the request and its answer before another request is sent in its stead.
Keep = Callable[[int, Any], Awaitable[None]]


@runtime_checkable
class OneByOne(Protocol):
    """A backend whose answers come one at a time, and can be kept as they come."""

    async def generate_each(self, requests: Sequence[Request], keep: Keep | None) -> list[Reply | Failure]: ...

    async def measure_each(self, requests: Sequence[TokenRequest], keep: Keep | None) -> list[Likelihood | Failure]: ...
