"""A tiny weak model of a made-up language, and a strong one trained from it by DPO on a rule that no prompt decides.

The rule: of two answers the one with more kind than curt words is better. Both kinds are as frequent in the language,
and answers differ in length and wording by far more nats than the rule moves.
"""

import copy
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from torch.nn.functional import log_softmax, logsigmoid
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

HARD_LIMIT = 120
TOPICS = [f"topic{number}" for number in range(8)]
KIND = ["gladly", "welcome", "thanks", "warmly", "kindly", "happy"]
CURT = ["whatever", "obvious", "nonsense", "boring", "hurry", "enough"]
PLAIN = [f"word{number}" for number in range(64)]
TEMPLATE = "{% for m in messages %}<user>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<answer>{% endif %}"
WORDS_A_TOPIC, LEAST, MOST = 16, 6, 16
RULE_SHARE = 0.3
LANGUAGE_STEPS, RULE_STEPS, BATCH = 150, 100, 48
BETA = 1.0


@dataclass(frozen=True)
class Pair:
    """Answers to a topic; the first is better by the rule."""

    topic: str
    better: str
    worse: str


def rule(text: str) -> int:
    words = text.split()
    return sum(word in KIND for word in words) - sum(word in CURT for word in words)


def answer(topic: str, rng: random.Random) -> str:
    """Words of the topic, the first ones far more often, with kind and curt ones in between."""
    first = TOPICS.index(topic) * 7 % len(PLAIN)
    words = [PLAIN[(first + number) % len(PLAIN)] for number in range(WORDS_A_TOPIC)]
    weights = [1 / (1 + number) for number in range(WORDS_A_TOPIC)]
    return " ".join(
        rng.choice(KIND + CURT) if rng.random() < RULE_SHARE else rng.choices(words, weights)[0]
        for _ in range(rng.randint(LEAST, MOST))
    )


def pairs(count: int, seed: int) -> list[Pair]:
    rng = random.Random(seed)
    found: list[Pair] = []
    while len(found) < count:
        topic = rng.choice(TOPICS)
        one, other = answer(topic, rng), answer(topic, rng)
        if rule(one) != rule(other):
            found.append(Pair(topic, *sorted((one, other), key=rule, reverse=True)))
    return found


def tokenizer() -> PreTrainedTokenizerFast:
    """A token a word, with the space before it, so that every text reads back."""
    words = [*TOPICS, *KIND, *CURT, *PLAIN]
    known = ["<unk>", "</s>", "<user>", "<answer>", *words, *(f" {word}" for word in words)]
    made = Tokenizer(models.WordLevel({word: place for place, word in enumerate(known)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Split(Regex(r" ?[^ ]+"), behavior="isolated")
    made.decoder = decoders.Fuse()
    ready = PreTrainedTokenizerFast(
        tokenizer_object=made,
        unk_token="<unk>",
        eos_token="</s>",
        additional_special_tokens=["<user>", "<answer>"],
    )
    ready.chat_template = TEMPLATE
    return ready


def train(folder: Path) -> tuple[Path, Path]:
    """The folders of the weak and the strong model."""
    began, made = time.thread_time(), tokenizer()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    try:
        weak = _language(made, began)
        strong = _aligned(weak, made, began)
    finally:
        torch.set_num_threads(threads)
    for name, model in (("weak", weak), ("strong", strong)):
        model.save_pretrained(folder / name)
        made.save_pretrained(folder / name)
    return folder / "weak", folder / "strong"


def _language(made: Any, began: float) -> Any:
    config = LlamaConfig(
        vocab_size=len(made),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=4,
        max_position_embeddings=64,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=None,
    )
    model, rng = LlamaForCausalLM(config), random.Random(1)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(LANGUAGE_STEPS):
        _within(began)
        asked = [rng.choice(TOPICS) for _ in range(BATCH)]
        values, mask = _values(model, made, [(topic, answer(topic, rng)) for topic in asked])
        _step(optimiser, -(values * mask).sum() / mask.sum())
    return model.eval()


def _aligned(weak: Any, made: Any, began: float) -> Any:
    """Plain DPO (arXiv 2305.18290)."""
    strong, data, rng = copy.deepcopy(weak), pairs(1200, seed=2), random.Random(3)
    optimiser = torch.optim.AdamW(strong.parameters(), lr=3e-3)
    for _ in range(RULE_STEPS):
        _within(began)
        batch = rng.sample(data, BATCH)
        texts = [(each.topic, each.better) for each in batch] + [(each.topic, each.worse) for each in batch]
        with torch.no_grad():
            before = _sums(weak, made, texts)
        better, worse = (_sums(strong, made, texts) - before).chunk(2)
        _step(optimiser, -logsigmoid(BETA * (better - worse)).mean())
    return strong.eval()


def _sums(model: Any, made: Any, texts: list[tuple[str, str]]) -> torch.Tensor:
    values, mask = _values(model, made, texts)
    return (values * mask).sum(1)


def _values(model: Any, made: Any, texts: list[tuple[str, str]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probabilities of each next token, and which of them are of the answer."""
    prompts = made([f"<user>{topic}<answer>" for topic, _ in texts], add_special_tokens=False).input_ids
    answers = made([text for _, text in texts], add_special_tokens=False).input_ids
    longest = max(len(prompt) + len(ids) for prompt, ids in zip(prompts, answers, strict=True))
    rows = [prompt + ids for prompt, ids in zip(prompts, answers, strict=True)]
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    mask = torch.zeros(len(rows), longest - 1)
    for row, (prompt, whole) in enumerate(zip(prompts, rows, strict=True)):
        mask[row, len(prompt) - 1 : len(whole) - 1] = 1
    logits = log_softmax(model(input_ids=ids, use_cache=False).logits[:, :-1], -1)
    return logits.gather(2, ids[:, 1:, None])[..., 0], mask


def _step(optimiser: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


def _within(began: float) -> None:
    assert time.thread_time() - began < HARD_LIMIT, "training took more than two minutes of a processor"
