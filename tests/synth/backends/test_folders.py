"""A tokenizer comes from its folder on this machine, or a sentence says why not."""

import pytest

pytest.importorskip("transformers")

from core.runs.steps import PermanentError
from synth.backends.tokens import tokenizer_of
from tests.synth.backends.tiny import target_at
from tests.synth.backends.vocabularies import tokenizer


@pytest.fixture
def folder(tmp_path):
    tokenizer("byte-BPE", "chatml").save_pretrained(tmp_path)
    return tmp_path


def test_it_is_read_once_until_its_files_change(folder):
    first = tokenizer_of(target_at(folder))
    assert tokenizer_of(target_at(folder)) is first
    (folder / "chat_template.jinja").write_text("{{ messages[0].content }}")
    again = tokenizer_of(target_at(folder))
    assert again.chat_template == "{{ messages[0].content }}"


def test_that_of_a_server_lies_where_the_endpoint_says(folder):
    server = target_at("served-name", kind="openai", address="http://127.0.0.1:9/v1", tokenizer=str(folder))
    assert len(tokenizer_of(server)) == len(tokenizer("byte-BPE", "chatml"))
    with pytest.raises(PermanentError, match="names no tokenizer"):
        tokenizer_of(target_at("served-name", kind="openai"))


def test_a_folder_without_one_says_so(tmp_path):
    with pytest.raises(PermanentError, match=r"no tokenizer can be read from"):
        tokenizer_of(target_at(tmp_path))


def test_a_name_on_a_hub_is_no_folder():
    with pytest.raises(PermanentError, match="Models are never downloaded"):
        tokenizer_of(target_at("org/name"))
