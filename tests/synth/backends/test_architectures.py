"""What an architecture allows is tried, so that every one of them gives the figures of the plainest way."""

import pytest

pytest.importorskip("transformers")

import torch
import transformers

from synth.backends.local import likelihood, sampling
from synth.backends.local.loading import ready
from synth.backends.protocol import Request, Sampling, TokenRequest
from tests.synth.backends.tiny import naive
from tests.synth.backends.vocabularies import tokenizer

SHAPE = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "vocab_size": 422,
    "initializer_range": 0.15,
    "pad_token_id": 0,
}
HEADS = {"num_key_value_heads": 1, "head_dim": 16}
# Its configuration, and whether its head can be run alone and its prompts shared.
ARCHITECTURES = {
    "a sliding window": (lambda: transformers.MistralConfig(**SHAPE, **HEADS, sliding_window=8), True, True),
    "logits capped": (lambda: transformers.Gemma2Config(**SHAPE, **HEADS, final_logit_softcapping=2.0), False, True),
    "logits scaled": (
        lambda: transformers.GraniteConfig(**SHAPE, num_key_value_heads=1, logits_scaling=3.0),
        False,
        True,
    ),
    "learnt places": (lambda: transformers.GPT2Config(vocab_size=422, n_embd=32, n_layer=2, n_head=2), True, True),
    "biased attention": (lambda: transformers.Qwen2Config(**SHAPE, num_key_value_heads=1), True, True),
}


@pytest.fixture(params=ARCHITECTURES, scope="module")
def case(request):
    make, projects, shares = ARCHITECTURES[request.param]
    torch.manual_seed(1)
    model = transformers.AutoModelForCausalLM.from_config(make()).eval()
    return ready(model, tokenizer("byte-BPE", "chatml"), "odd"), projects, shares


def requests() -> list[TokenRequest]:
    draws = torch.Generator().manual_seed(3)

    def ids(length: int) -> tuple[int, ...]:
        return tuple(torch.randint(9, 400, (length,), generator=draws).tolist())

    prompts = [ids(20), ids(26), ids(9)]
    return [TokenRequest(prompt, ids(1 + 4 * each)) for prompt in prompts for each in range(4)]


def test_what_it_allows_is_found(case):
    loaded, projects, shares = case
    assert (loaded.projects, loaded.shares) == (projects, shares)


@pytest.mark.parametrize("share", [True, False])
def test_figures_are_those_of_the_plainest_way(case, share):
    loaded = case[0]
    found = dict(pair for some in likelihood.measured(loaded, requests(), share=share) for pair in some)
    for place, request in enumerate(requests()):
        assert found[place].logprobs == pytest.approx(naive(loaded.model, request), abs=1e-4)


def test_replies_are_those_of_each_alone(case):
    loaded = case[0]
    prompts = [tuple(range(9, 9 + length)) for length in (4, 17, 17, 30)]
    asked = [(place, Request((), Sampling(max_tokens=10)), prompt) for place, prompt in enumerate(prompts)]
    together = dict(pair for some in sampling.written(loaded, asked) for pair in some)
    for one in asked:
        alone = dict(pair for some in sampling.written(loaded, [one]) for pair in some)
        assert alone[one[0]].text == together[one[0]].text
