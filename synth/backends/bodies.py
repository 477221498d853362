"""What is sent to an OpenAI-compatible server, and what it answers, as bytes. Knows of no network and no Django."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from synth.backends.protocol import Likelihood, Place, Reply, Request, TokenRequest
from synth.costing import cost_of

if TYPE_CHECKING:
    from synth.targets import Target

LOWEST = -9_999.0  # how vLLM says minus infinity


class Top(msgspec.Struct):
    token: str
    logprob: float


class TokenLogprob(msgspec.Struct):
    token: str
    logprob: float
    top_logprobs: list[Top] = []


class Logprobs(msgspec.Struct):
    content: list[TokenLogprob] | None = None


class Message(msgspec.Struct):
    content: str | None = None


class Choice(msgspec.Struct):
    message: Message
    finish_reason: str | None = None
    logprobs: Logprobs | None = None


class Usage(msgspec.Struct):
    prompt_tokens: int | None = 0
    completion_tokens: int | None = 0


class Completion(msgspec.Struct):
    choices: list[Choice]
    usage: Usage | None = None


class PromptLogprob(msgspec.Struct):
    logprob: float


class Scored(msgspec.Struct):
    prompt_logprobs: list[dict[str, PromptLogprob] | None] | None = None


class Scores(msgspec.Struct):
    choices: list[Scored]
    usage: Usage | None = None


class Served(msgspec.Struct):
    id: str
    root: str | None = None
    created: int | None = None
    max_model_len: int | None = None


class Models(msgspec.Struct):
    data: list[Served]


class Unreadable(Exception):
    """The body is cut off, no JSON, or other JSON than the protocol's; its text is not in here."""


_encoder = msgspec.json.Encoder()
_completion, _scores, _models = (msgspec.json.Decoder(kind) for kind in (Completion, Scores, Models))


def chat_body(target: "Target", request: Request) -> bytes:
    """For POST chat/completions. What the server cannot be held to is left out."""
    sampling = request.sampling
    body: dict[str, Any] = {
        "model": target.model,
        "messages": request.messages,
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
    }
    if sampling.top_p != 1.0:
        body["top_p"] = sampling.top_p
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    if sampling.stop:
        body["stop"] = sampling.stop
    if wants_logprobs(target, request):
        body |= {"logprobs": True, "top_logprobs": request.logprobs}
    return _encoder.encode(body | _held(target, request))


def wants_logprobs(target: "Target", request: Request) -> bool:
    return request.logprobs > 0 and target.logprobs


def _held(target: "Target", request: Request) -> dict[str, Any]:
    """vLLM names its grammar's back end when it starts; the request can only keep it from free white space."""
    if target.structure == "vllm" and request.choice:
        return {"structured_outputs": {"choice": request.choice}}
    if target.structure == "vllm" and request.schema is not None:
        return {"structured_outputs": {"json": request.schema, "disable_any_whitespace": True}}
    if target.structure == "schema" and request.schema is not None:
        schema = {"name": "reply", "schema": request.schema, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    return {}


def tokens_body(target: "Target", request: TokenRequest) -> bytes:
    """For POST completions of vLLM: one token is written, and those before it are told."""
    return _encoder.encode(
        {
            "model": target.model,
            "prompt": [*request.prompt, *request.response],
            "max_tokens": 1,
            "temperature": 0.0,
            "prompt_logprobs": 0,
        }
    )


def reply_in(body: bytes, target: "Target", request: Request, seconds: float = 0.0) -> Reply:
    """With what it cost and the `seconds` that it took. Raises Unreadable.

    A reply without a text is an empty one: the finish reason says why.
    """
    told: Completion = _decoded(_completion, body)
    if not told.choices:
        raise Unreadable
    choice, usage = told.choices[0], told.usage or Usage()
    tokens_in, tokens_out = usage.prompt_tokens or 0, usage.completion_tokens or 0
    told_logprobs = (choice.logprobs and choice.logprobs.content) or []
    return Reply(
        text=storable(choice.message.content or ""),
        finish_reason=choice.finish_reason or "stop",
        places=tuple(map(_place, told_logprobs)),
        renormalised=bool(told_logprobs) and is_held(target, request),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=cost_of(target, tokens_in, tokens_out),
        seconds=seconds,
    )


def _place(token: TokenLogprob) -> Place:
    top: dict[str, float] = {}
    for each in token.top_logprobs:  # of two tokens that are cut out of one character, the likelier counts
        top.setdefault(storable(each.token), each.logprob)
    return Place(storable(token.token), token.logprob, top)


def is_held(target: "Target", request: Request) -> bool:
    """Whether the reply's tokens were chosen among those that a schema or choice allowed."""
    return bool(_held(target, request))


def likelihood_in(body: bytes, request: TokenRequest) -> Likelihood | str:
    """The likelihood, or why the server's answer is none, as the end of a sentence. Raises Unreadable."""
    told: Scores = _decoded(_scores, body)
    if not told.choices:
        raise Unreadable
    places = told.choices[0].prompt_logprobs
    ids = (*request.prompt, *request.response)
    if places is None:
        return "tells no log-probabilities of a prompt. Use a vLLM server, or a local model"
    if len(places) != len(ids):
        return f"tells {len(places)} log-probabilities of {len(ids)} tokens"
    found = [(places[at] or {}).get(str(ids[at])) for at in range(len(request.prompt), len(ids))]
    if any(each is None for each in found):
        return "tells the log-probabilities of other tokens than those that were sent"
    values = tuple(each.logprob for each in found if each is not None)
    usage = told.usage or Usage()
    return Likelihood(values, tokens_in=usage.prompt_tokens or len(ids))


def models_in(body: bytes) -> list[Served]:
    """Raises Unreadable."""
    told: Models = _decoded(_models, body)
    return told.data


def _decoded(decoder: "msgspec.json.Decoder[Any]", body: bytes) -> Any:
    """Python's own reader takes half characters, which msgspec refuses."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        return msgspec.convert(_whole(json.loads(body.decode(errors="replace"))), decoder.type)
    except (ValueError, RecursionError, msgspec.ValidationError):
        raise Unreadable from None


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(key): _whole(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_whole(inner) for inner in value]
    return value


def storable(text: str) -> str:
    """As the database takes it: without NUL and half characters."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "�").encode("utf-8", errors="replace").decode()
