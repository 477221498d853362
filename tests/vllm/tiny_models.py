"""Tiny models of the Llama architecture, made on the spot: random weights, a tokenizer of bytes, a chat template."""

from pathlib import Path
from typing import Any

VOCABULARY = 400
CONTEXT = 4096
SPECIAL = ["<s>", "</s>", "<|turn|>"]
IMPOSSIBLE = "~"  # no model of these ever writes it
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|turn|>{{ message['role'] }}\n{{ message['content'] }}{{ eos_token }}"
    "{% endfor %}{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}"
)
WORDS = (
    "Which answer is better? The first answer says what was asked; the second one does not. A bridge holds, a river "
    "runs, and who asks a question wants one sentence that answers it. Verdict: A, B or tie."
)


def make_model(folder: Path, *, seed: int, spread: float) -> Path:
    """Weights of its own by `seed`; the larger `spread`, the surer it is of its next token."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        initializer_range=spread,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        dtype="float32",
    )
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
        _forbid(model, tokenizer.convert_tokens_to_ids(IMPOSSIBLE))
    model.save_pretrained(folder)
    return folder


def _forbid(model: Any, token: int) -> None:
    """Its probability is 0 everywhere: one dimension is always positive, and its logit there overflows to −∞."""
    model.model.embed_tokens.weight[:, 0] = 4.0
    for layer in model.model.layers:
        layer.self_attn.o_proj.weight[0] = 0.0
        layer.mlp.down_proj.weight[0] = 0.0
    model.lm_head.weight[:, 0] = 0.0
    model.lm_head.weight[token] = 0.0
    model.lm_head.weight[token, 0] = -3e38


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    plain.train_from_iterator([WORDS] * 20, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=plain, bos_token="<s>", eos_token="</s>", pad_token="</s>")
    tokenizer.chat_template = TEMPLATE
    return tokenizer
