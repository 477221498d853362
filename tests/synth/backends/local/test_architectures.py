"""What an architecture allows is tried, so that every one of them gives the figures of the plainest way."""

from sys import maxsize as any_length

import pytest

pytest.importorskip("transformers")

import torch
import transformers

from synth.backends.local import likelihood, packing, sampling
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
# Its configuration, whether its head can be run alone, its prompts shared, and how long a text of several may be.
ARCHITECTURES = {
    "a sliding window": (lambda: transformers.MistralConfig(**SHAPE, **HEADS, sliding_window=16), True, True, 16),
    "logits capped": (
        lambda: transformers.Gemma2Config(**SHAPE, **HEADS, final_logit_softcapping=2.0),
        False,
        True,
        4096,
    ),
    "logits scaled": (
        lambda: transformers.GraniteConfig(**SHAPE, num_key_value_heads=1, logits_scaling=3.0),
        False,
        True,
        any_length,
    ),
    "learnt places": (
        lambda: transformers.GPT2Config(vocab_size=422, n_embd=32, n_layer=2, n_head=2),
        True,
        True,
        any_length,
    ),
    "biased attention": (lambda: transformers.Qwen2Config(**SHAPE, num_key_value_heads=1), True, True, any_length),
    "places by distance": (
        lambda: transformers.BloomConfig(vocab_size=422, hidden_size=32, n_layer=2, n_head=2),
        True,
        True,
        0,
    ),
    "every other layer sees 16 tokens": (
        lambda: transformers.GPTNeoConfig(
            vocab_size=422,
            hidden_size=32,
            num_layers=2,
            num_heads=2,
            attention_types=[[["global", "local"], 1]],
            window_size=16,
        ),
        True,
        True,
        16,
    ),
}


@pytest.fixture(params=ARCHITECTURES, scope="module")
def case(request):
    make, projects, shares, packs = ARCHITECTURES[request.param]
    torch.manual_seed(1)
    model = transformers.AutoModelForCausalLM.from_config(make()).eval()
    return ready(model, tokenizer("byte-BPE", "chatml"), "odd"), (projects, shares, packs)


def requests() -> list[TokenRequest]:
    draws = torch.Generator().manual_seed(3)

    def ids(length: int) -> tuple[int, ...]:
        return tuple(torch.randint(9, 400, (length,), generator=draws).tolist())

    prompts = [ids(20), ids(26), ids(9)]
    return [TokenRequest(prompt, ids(1 + 4 * each)) for prompt in prompts for each in range(4)]


def test_what_it_allows_is_found(case):
    loaded, allowed = case
    assert (loaded.projects, loaded.shares, loaded.packs) == allowed


@pytest.mark.parametrize(("share", "most"), [(True, 512), (True, 0), (False, 0)])
def test_figures_are_those_of_the_plainest_way(case, monkeypatch, share, most):
    monkeypatch.setitem(packing.MOST_PACKED, "cpu", most)
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
