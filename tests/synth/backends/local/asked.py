"""What local models are asked in these tests, and how."""

import asyncio
import random

import torch

from synth.backends.opening import open_backend
from synth.backends.protocol import Request, Sampling, TokenRequest

ASKED = ({"role": "user", "content": "What is 2 + 2?"},)


def request_of(prompt: int, response: int, seed: int) -> TokenRequest:
    draws = random.Random(seed)
    return TokenRequest(*(tuple(draws.randrange(9, 300) for _ in range(length)) for length in (prompt, response)))


def mixed() -> list[TokenRequest]:
    """Long and short, some with a prompt in common."""
    shapes = [(3, 5), (100, 7), (7, 100), (1, 1), (60, 2), (33, 33), (2, 90), (50, 50)]
    alone = [request_of(*shape, seed) for seed, shape in enumerate(shapes)]
    shared = [
        TokenRequest(request_of(length, 1, length).prompt, request_of(1, 1 + 9 * number, number).response)
        for length in (40, 47, 90)
        for number in range(5)
    ]
    return [each for pair in zip(alone * 2, shared, strict=False) for each in pair]


def measured(backend_target, requests):
    backend = open_backend(backend_target)
    return asyncio.run(backend.loglikelihood(requests))


def replies(backend_target, requests):
    return asyncio.run(open_backend(backend_target).generate(requests))


def close(figures, wanted, most=1e-5):
    assert len(figures) == len(wanted)
    assert max((abs(one - other) for one, other in zip(figures, wanted, strict=True)), default=0) <= most


def count_tokens(model, monkeypatch):
    seen = []
    trunk = model.model.base_model
    forward = trunk.forward

    def counting(*args, **inputs):
        seen.append(inputs["input_ids"].numel())
        return forward(*args, **inputs)

    monkeypatch.setattr(trunk, "forward", counting)
    return seen


def runs_out_above(monkeypatch, model, tokens):
    """As a card does whose memory holds so many tokens at once."""
    trunk = model.model.base_model
    forward = trunk.forward
    sizes = []

    def limited(*args, **inputs):
        sizes.append(inputs["input_ids"].numel())
        if sizes[-1] > tokens:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return forward(*args, **inputs)

    monkeypatch.setattr(trunk, "forward", limited)
    monkeypatch.setattr(model.footprint, "shrunk", 1.0)
    return sizes


def likeliest(model, count):
    """As transformers itself generates."""
    prompt = model.tokenizer.apply_chat_template(list(ASKED), tokenize=False, add_generation_prompt=True)
    ids = torch.tensor([model.tokenizer(prompt, add_special_tokens=False).input_ids])
    wanted = model.model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=count)
    return wanted[0, ids.shape[1] :].tolist()


def warm(sample=0, seed=1, **sampling):
    return Request(ASKED, Sampling(temperature=1.0, seed=seed, **{"max_tokens": 20, **sampling}), sample=sample)
