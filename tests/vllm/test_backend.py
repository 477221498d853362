"""What the backend makes of a real vLLM server: its model, its refusals, its log-probabilities."""

import asyncio
import json
from collections.abc import Sequence
from math import exp
from typing import Any

import pytest

from core.errors import PrefereeError
from core.models import Project
from synth.asking import ask, measure
from synth.backends.protocol import Likelihood, Reply, Request, Sampling, TokenRequest
from synth.backends.tokens import encode, tokenizer_of
from synth.targets import Target, pin_target
from tests.vllm.marks import REAL_SERVER
from tests.vllm.tiny_models import CONTEXT, IMPOSSIBLE

pytestmark = REAL_SERVER
ASKED = ({"role": "user", "content": "Which answer is better?"},)
VERDICT = {
    "type": "object",
    "properties": {"sure": {"type": "integer"}, "verdict": {"enum": ["A", "B", "tie"]}},
    "required": ["sure", "verdict"],
    "additionalProperties": False,
}
# Long and short, with white space at the ends, a control token's name, other scripts and none.
RESPONSES = ["A bridge holds.", " the second one\n\n", "</s> is said", "naïve 東京 🙂", "x", "sentence " * 40]


@pytest.fixture
def strong(project) -> Target:
    return pin_target(project, "strong")


def replies(project: Project, target: Target, *requests: Request) -> list[Any]:
    return asyncio.run(ask(project, target, requests))


def measured(project: Project, target: Target, requests: Sequence[TokenRequest]) -> list[Any]:
    return asyncio.run(measure(project, target, requests))


def test_latest_is_the_model_that_the_server_has_now_with_its_context(project, strong):
    assert (strong.model, strong.context) == ("strong", CONTEXT)
    assert strong.revision.startswith("strong.")
    assert pin_target(project, "weak").identity != strong.identity


def test_what_is_too_long_gets_a_sentence_and_nothing_else_fails(project, strong):
    long = ({"role": "user", "content": "x" * 9_000},)
    refused, answered = replies(project, strong, Request(long), Request(ASKED, Sampling(max_tokens=4)))
    assert str(refused) == "The request is too long for strong. Shorten it, or choose another model."
    assert isinstance(answered, Reply)
    fits, too_long = TokenRequest((5,) * (CONTEXT - 11), (7,) * 10), TokenRequest((5,) * (CONTEXT - 10), (7,) * 10)
    (measured_one, refused) = measured(project, strong, [fits, too_long])
    assert len(measured_one.logprobs) == 10
    assert str(refused) == "The prompt and response are 4,096 tokens; strong takes 4,095."


def test_a_choice_is_one_of_its_words_and_its_probabilities_are_among_those_alone(project, strong):
    request = Request(ASKED, Sampling(max_tokens=4), choice=("A", "B", "C"), logprobs=5)
    (reply,) = replies(project, strong, request)
    assert reply.text in ("A", "B", "C")
    assert reply.renormalised
    assert sum(exp(reply.places[0].top[letter]) for letter in "ABC") == pytest.approx(1, abs=1e-4)


def test_without_a_choice_the_probabilities_are_raw(project, strong):
    (reply,) = replies(project, strong, Request(ASKED, Sampling(max_tokens=3), logprobs=3))
    assert (len(reply.places), reply.renormalised) == (3, False)
    assert all(place.logprob < 0 for place in reply.places)


def test_a_schema_is_kept_even_by_a_model_that_writes_at_random(project, strong):
    requests = [Request(ASKED, Sampling(1.0, 1.0, 200, seed), VERDICT) for seed in range(4)]
    for reply in replies(project, strong, *requests):
        assert json.loads(reply.text)["verdict"] in ("A", "B", "tie")


def test_a_seed_replays_and_another_seed_does_not(project, strong):
    requests = [Request(ASKED, Sampling(1.0, 0.95, 16, seed), sample=at) for at, seed in enumerate([3, 3, 4])]
    one, same, other = replies(project, strong, *requests)
    assert one.text == same.text != other.text


@pytest.mark.parametrize("name", ["strong", "weak"])
def test_log_likelihoods_are_those_of_transformers(project, name):
    target = pin_target(project, name)
    tokenizer = tokenizer_of(target)
    encoded = encode(tokenizer, [{"role": "system", "content": "Be brief."}, *ASKED], RESPONSES, end_of_turn=True)
    told = measured(project, target, encoded.requests)
    for request, likelihood in zip(encoded.requests, told, strict=True):
        assert isinstance(likelihood, Likelihood), likelihood
        expected = by_transformers(target.tokenizer, request)
        assert likelihood.logprobs == pytest.approx(expected, abs=1e-4)
        assert sum(likelihood.logprobs) == pytest.approx(sum(expected), abs=1e-3)


def by_transformers(folder: str, request: TokenRequest) -> list[float]:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, dtype="float32")
    ids = torch.tensor([[*request.prompt, *request.response]])
    with torch.no_grad():
        logprobs = torch.log_softmax(model(ids).logits[0].float(), dim=-1)
    places = range(len(request.prompt), ids.shape[1])
    return [float(logprobs[at - 1, ids[0, at]]) for at in places]


def test_an_impossible_response_has_a_sentence_and_no_figure(project, strong):
    encoded = encode(tokenizer_of(strong), ASKED, ["A bridge", f"A {IMPOSSIBLE} bridge"])
    possible, impossible = measured(project, strong, encoded.requests)
    assert isinstance(possible, Likelihood)
    assert isinstance(impossible, PrefereeError)
    assert str(impossible) == "strong says that the response is impossible (a log-probability of −∞)."
