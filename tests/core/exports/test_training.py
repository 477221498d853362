"""That a trainer takes what an export writes, with no line of glue in between."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from core.exports.conversations import Options
from core.exports.service import export_dataset
from core.models import Response, Score
from core.projects import create_project

pytestmark = [pytest.mark.train, pytest.mark.django_db(transaction=True)]

TOPICS = ("rain", "tea", "maps", "bread", "owls", "glass", "tides", "chess")
TEMPLATE = (
    "{% for message in messages %}[{{ message['role'] }}] {{ message['content'] }} [end] {% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)
MARKS = ["[pad]", "[end]", "[unknown]", "[system]", "[user]", "[assistant]"]
STEPS = 3


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is downloaded: a test that reached for the network would fail."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for name in ("torch", "datasets", "transformers", "trl"):
        pytest.importorskip(name, reason=f"{name} is missing: pip install 'preferee[train]'")


def line(number: int, topic: str) -> dict[str, Any]:
    """Plain prompts, and every second one a conversation with a system text and a passage to read."""
    asked: dict[str, Any] = {"prompt": f"Say something about {topic}."}
    if number % 2:
        turns = [("user", "Hello."), ("assistant", "Hello, what about?"), ("user", f"About {topic}.")]
        asked = {
            "prompt": [{"role": role, "content": content} for role, content in turns],
            "system": "Answer in one sentence.",
            "contexts": [{"title": topic.title(), "text": f"Much is written of {topic}."}],
        }
    responses = [
        {"id": "a", "content": f"A word on {topic}: it is well loved.", "model": "good"},
        {"id": "b", "content": f"{topic}?", "model": "bad"},
    ]
    vote = {"judge": "ann", "kind": "human", "responses": ["a", "b"], "preference": 1}
    return {**asked, "responses": responses, "judgments": [vote]}


@pytest.fixture
def folder(load: Callable[..., Any], tmp_path: Path) -> Path:
    """An export of a small project, all of it in the training split."""
    project = create_project("trained")
    load(project, *(line(number, topic) for number, topic in enumerate(TOPICS)))
    export_dataset(project, "trl-dpo", tmp_path / "out", Options(test_share=0.0))
    return tmp_path / "out"


def loaded(form: str, path: Path) -> Any:
    """The file as a trainer's script would load it."""
    from datasets import load_dataset

    return load_dataset(form, data_files=str(path), split="train", cache_dir=str(path.parent / "cache"))


def made_tokenizer(texts: list[str]) -> Any:
    """Words of the export itself: a tokenizer with a chat template, made here."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel(unk_token="[unknown]"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    words.train_from_iterator(texts, trainers.WordLevelTrainer(special_tokens=MARKS))
    return PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="[pad]", eos_token="[end]", unk_token="[unknown]", chat_template=TEMPLATE
    )


def made_model(tokenizer: Any) -> Any:
    """Two layers of width 32 with random weights."""
    from transformers import LlamaConfig, LlamaForCausalLM, set_seed

    set_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=256,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            bos_token_id=None,
        )
    )


def test_lines_and_parquet_load_as_the_same_rows(folder: Path) -> None:
    lines, columns = loaded("json", folder / "train.jsonl"), loaded("parquet", folder / "train.parquet")
    assert len(lines) == len(TOPICS)
    assert lines.to_list() == columns.to_list()
    assert lines.column_names == columns.column_names


def test_a_small_model_learns_from_an_export_with_trl(folder: Path, tmp_path: Path) -> None:
    import torch
    from trl import DPOConfig, DPOTrainer

    rows = loaded("parquet", folder / "train.parquet")
    texts = [turn["content"] for row in rows for part in ("prompt", "chosen", "rejected") for turn in row[part]]
    tokenizer = made_tokenizer(texts)
    model = made_model(tokenizer)
    before = {name: weights.detach().clone() for name, weights in model.named_parameters()}
    arguments = DPOConfig(
        output_dir=str(tmp_path / "trained"),
        max_steps=STEPS,
        per_device_train_batch_size=4,
        learning_rate=1e-2,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        bf16=False,
    )
    trainer = DPOTrainer(
        model=model, ref_model=deepcopy(model), args=arguments, train_dataset=rows, processing_class=tokenizer
    )
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert trainer.state.global_step == STEPS
    assert len(losses) == STEPS
    assert torch.isfinite(torch.tensor(losses)).all()
    assert losses[0] == pytest.approx(0.6931, abs=1e-3)  # log 2: before the first step the model equals its reference
    assert losses[-1] < losses[0]
    assert all(not torch.equal(weights, before[name]) for name, weights in model.named_parameters())


def test_a_small_model_learns_the_best_answers_with_trl(load: Callable[..., Any], tmp_path: Path) -> None:
    import torch
    from trl import SFTConfig, SFTTrainer

    project = create_project("tuned")
    load(project, *(line(number, topic) for number, topic in enumerate(TOPICS)))
    best = Response.objects.filter(author="good")
    parts = {"by": "quality@1", "score": 1.0, "place": 1, "of": 2}
    Score.objects.bulk_create(Score(response=each, scorer="best-of@1", value=1, parts=parts) for each in best)
    export_dataset(project, "trl-sft", tmp_path / "out", Options(test_share=0.0, best_of="best-of@1"))
    rows = loaded("parquet", tmp_path / "out" / "train.parquet")
    assert rows.to_list() == loaded("json", tmp_path / "out" / "train.jsonl").to_list()
    assert len(rows) == len(TOPICS)
    tokenizer = made_tokenizer([turn["content"] for row in rows for turn in row["prompt"] + row["completion"]])
    arguments = SFTConfig(
        output_dir=str(tmp_path / "tuned"),
        max_steps=STEPS,
        per_device_train_batch_size=4,
        learning_rate=1e-2,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        bf16=False,
    )
    trainer = SFTTrainer(model=made_model(tokenizer), args=arguments, train_dataset=rows, processing_class=tokenizer)
    labels = trainer.data_collator([trainer.train_dataset[0]])["labels"][0]
    assert 0 < int((labels != -100).sum()) < len(labels), "the loss counts the answer alone"
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(losses) == STEPS
    assert torch.isfinite(torch.tensor(losses)).all()
    assert losses[-1] < losses[0]
