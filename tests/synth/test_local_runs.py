"""What a local model answered is stored like any reply, under what its files are."""

import asyncio

import pytest

pytest.importorskip("transformers")

from core.projects import create_project
from synth import asking
from synth.backends.local import loading
from synth.backends.protocol import Request, Sampling, TokenRequest
from synth.backends.revision import revision_of
from synth.backends.tokens import encode, tokenizer_of
from synth.targets import pin_target, target_from
from tests.synth.backends.tiny import save_tiny
from tests.synth.scripted import EndpointFactory

pytestmark = pytest.mark.django_db

ASKED = ({"role": "user", "content": "What is 2 + 2?"},)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_tiny(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def project(folder):
    EndpointFactory(name="mine", kind="transformers", address="", model=str(folder), revision="@latest")
    return create_project("p")


def test_latest_is_pinned_to_the_files_for_the_whole_run(project, folder):
    target = pin_target(project, "mine")
    assert target.revision == revision_of(folder)
    assert target_from(target.plain) == target


def test_what_was_answered_is_not_computed_again(project, monkeypatch):
    target = pin_target(project, "mine")
    wanted = [Request(ASKED, Sampling(max_tokens=4)), Request(ASKED, choice=("4", "5"))]
    first = asyncio.run(asking.ask(project, target, wanted))
    encoded = encode(tokenizer_of(target), ASKED, ["4", "The answer is 4."])
    figures = asyncio.run(asking.measure(project, target, encoded.requests))
    monkeypatch.setattr(loading, "_held", None)  # whoever loads a model fails
    again = asyncio.run(asking.ask(project, target, wanted))
    assert [(each.text, each.stored) for each in again] == [(each.text, True) for each in first]
    stored = asyncio.run(asking.measure(project, target, encoded.requests))
    assert [each.logprobs for each in stored] == [each.logprobs for each in figures]
    assert again[1].places == first[1].places


def test_answers_to_text_without_a_request_of_its_own_stay_apart(project):
    """A token request is the same by its tokens alone."""
    target = pin_target(project, "mine")
    one, other = asyncio.run(
        asking.measure(project, target, [TokenRequest((9, 10), (11,)), TokenRequest((9,), (10, 11))])
    )
    assert len(one.logprobs) == 1
    assert len(other.logprobs) == 2
    assert one.logprobs[0] == pytest.approx(other.logprobs[1], abs=1e-5)
