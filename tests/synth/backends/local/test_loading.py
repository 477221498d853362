"""A model in a folder: loaded once, pinned by its files, refused with a sentence where it is none."""

import asyncio
import socket

import pytest

pytest.importorskip("transformers")

from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, MambaConfig

from core.runs.steps import PermanentError
from synth.backends.local import loading
from synth.backends.opening import as_it_is_now, open_backend
from synth.backends.protocol import Likelihood, Reply, Request, Sampling
from synth.backends.revision import revision_of
from tests.synth.backends.local.asked import ASKED, measured, replies, request_of
from tests.synth.backends.tiny import save_tiny, target_at
from tests.synth.backends.vocabularies import tokenizer


def test_a_model_is_loaded_once_and_two_are_kept(folder, tmp_path, monkeypatch):
    loads = []
    read = loading._read
    monkeypatch.setattr(loading, "_read", lambda path: loads.append(path) or read(path))
    others = [target_at(save_tiny(tmp_path / str(seed), seed=seed)) for seed in (1, 2)]
    for each in (*others, *others, *others):
        measured(each, [request_of(3, 3, 1)])
    assert len(loads) == 2
    measured(target_at(folder), [request_of(3, 3, 1)])
    measured(others[0], [request_of(3, 3, 1)])
    assert len(loading._held) == 2


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: path / "nowhere", "which is not on this machine. Models are never downloaded"),
        (lambda path: path, "has no config.json"),
        (lambda path: "org/name", "which is not on this machine"),
        (lambda path: "", "(none)"),
    ],
)
def test_a_folder_that_is_no_model_says_so(make, sentence, tmp_path):
    (failure,) = measured(target_at(make(tmp_path)), [request_of(3, 3, 1)])
    assert isinstance(failure, PermanentError)
    assert sentence in str(failure)


def test_a_folder_whose_model_cannot_be_read_says_so(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "llama", "vocab_size": 8}')
    (failure,) = measured(target_at(tmp_path), [request_of(3, 3, 1)])
    assert isinstance(failure, PermanentError)
    assert "no language model can be read" in str(failure)


def test_nothing_is_connected_to(tmp_path, monkeypatch):
    path = save_tiny(tmp_path / "one", seed=5)
    tried = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: tried.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: tried.append(args) or [])
    (answer,) = measured(target_at(path), [request_of(3, 3, 1)])
    (reply,) = replies(target_at(path), [Request(ASKED, Sampling(max_tokens=2))])
    assert (type(answer), type(reply)) == (Likelihood, Reply)
    assert tried == []


def test_weights_that_are_missing_are_not_made_up(tmp_path):
    path = save_tiny(tmp_path / "one")
    weights = load_file(path / "model.safetensors")
    del weights["model.norm.weight"]
    save_file(weights, path / "model.safetensors", metadata={"format": "pt"})
    (failure,) = measured(target_at(path), [request_of(3, 3, 1)])
    assert isinstance(failure, PermanentError)
    assert "are not all there: model.norm.weight is missing" in str(failure)


def test_a_model_without_attention_says_so(tmp_path):
    config = MambaConfig(vocab_size=422, hidden_size=16, num_hidden_layers=1, state_size=4)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)
    (failure,) = measured(target_at(tmp_path), [request_of(3, 3, 1)])
    assert isinstance(failure, PermanentError)
    assert "is a mamba model, which has no attention" in str(failure)


def test_two_endpoints_may_use_one_folder_with_tokenizers_of_their_own(folder, tmp_path):
    other = tmp_path / "tokenizer"
    tokenizer("byte-BPE", "llama3").save_pretrained(other)
    first, second = (loading.loaded(target_at(folder, **more)) for more in ({}, {"tokenizer": str(other)}))
    assert first.model is second.model
    assert first.tokenizer.chat_template != second.tokenizer.chat_template


def test_code_in_a_folder_is_not_run(tmp_path):
    marker = tmp_path / "ran"
    (tmp_path / "config.json").write_text(
        '{"model_type": "own", "auto_map": {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}}'
    )
    (tmp_path / "own.py").write_text(f"open({str(marker)!r}, 'w')")
    (failure,) = measured(target_at(tmp_path), [request_of(3, 3, 1)])
    assert isinstance(failure, PermanentError)
    assert not marker.exists()


def test_without_the_packages_the_message_names_the_install_line(target, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(PermanentError, match=r"pip install 'preferee\[models\]'"):
        open_backend(target)


def test_a_revision_is_that_of_the_files(folder, tmp_path):
    same, other = save_tiny(tmp_path / "same"), save_tiny(tmp_path / "other", seed=7)
    assert revision_of(folder) == revision_of(same)
    assert revision_of(other) != revision_of(same)
    (same / "chat_template.jinja").write_text("{{ messages[0].content }}")
    assert revision_of(same) != revision_of(folder)


def test_files_that_changed_since_the_run_began_are_refused(tmp_path):
    path = save_tiny(tmp_path / "one")
    pinned = target_at(path, revision=revision_of(path))
    assert isinstance(measured(pinned, [request_of(3, 3, 1)])[0], Likelihood)
    save_tiny(path, seed=9)
    (failure,) = measured(pinned, [request_of(3, 3, 1)])
    assert "changed since the run began" in str(failure)


def test_latest_is_what_the_files_are_now(folder):
    assert asyncio.run(as_it_is_now(target_at(folder, revision="@latest"))).revision == revision_of(folder)
    with pytest.raises(PermanentError, match="not on this machine"):
        asyncio.run(as_it_is_now(target_at(folder / "nowhere", revision="@latest")))
