"""A tiny Llama with a tokenizer and a chat template, in a folder; and the plainest way to measure with it."""

from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from synth.backends.protocol import TokenRequest
from synth.targets import Target, target_of
from tests.synth.backends.vocabularies import tokenizer
from tests.synth.scripted import EndpointFactory


def save_tiny(folder: Path, *, kind: str = "byte-BPE", template: str = "chatml", seed: int = 0, **shape: int) -> Path:
    """Weights so large that its opinions are strong: logits are spread over about 3 nats."""
    made = tokenizer(kind, template)
    torch.manual_seed(seed)
    settings = {
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 256,
        "initializer_range": 0.15,
    }
    config = LlamaConfig(
        vocab_size=len(made),
        bos_token_id=made.bos_token_id,
        eos_token_id=made.eos_token_id,
        pad_token_id=None,
        **{**settings, **shape},
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    made.save_pretrained(folder)
    return folder


def target_at(folder: Path | str, **fields: object) -> Target:
    settings = {"kind": "transformers", "address": "", "model": str(folder), "revision": "", "context": None}
    return target_of(EndpointFactory.build(pk=1, name="tiny", **{**settings, **fields}))


def naive(model: torch.nn.Module, request: TokenRequest) -> list[float]:
    """One text through the whole model, alone, all its logits."""
    ids = torch.tensor([request.prompt + request.response])
    with torch.no_grad():
        logits = model(input_ids=ids, use_cache=False).logits[0].float()
    start = len(request.prompt)
    return [
        float(logits[place - 1].log_softmax(0)[ids[0, place]]) for place in range(start, start + len(request.response))
    ]
