"""Batches get smaller where memory runs out, and what does not fit alone fails alone."""

import pytest

pytest.importorskip("transformers")

from synth.backends.local import likelihood, memory
from synth.backends.protocol import Likelihood, Request, Sampling
from tests.synth.backends.local.asked import close, measured, mixed, replies, request_of, runs_out_above, warm


def test_batches_get_smaller_where_memory_runs_out(target, model, monkeypatch):
    wanted = measured(target, mixed())
    sizes = runs_out_above(monkeypatch, model, 200)
    for one, other in zip(measured(target, mixed()), wanted, strict=True):
        close(one.logprobs, other.logprobs)
    assert max(sizes) > 200, "nothing ran out: the test tests nothing"
    assert model.footprint.shrunk < 1


def test_what_does_not_fit_alone_fails_alone(target, model, monkeypatch):
    runs_out_above(monkeypatch, model, 60)
    small, large = measured(target, [request_of(20, 20, 1), request_of(60, 20, 2)])
    assert isinstance(small, Likelihood)
    assert "80 tokens do not fit into the memory that is free beside tiny" in str(large)


def test_an_error_that_is_not_about_memory_is_not_hidden(target, model, monkeypatch):
    monkeypatch.setattr(
        likelihood, "_figures_apart", lambda *args: (_ for _ in ()).throw(RuntimeError("mat1 and mat2"))
    )
    with pytest.raises(RuntimeError, match="mat1"):
        measured(target, [request_of(4, 4, 1)])


def test_less_free_memory_makes_smaller_batches(model, monkeypatch):
    footprint = memory.Footprint.of(model.model)
    monkeypatch.setattr(memory, "free_bytes", lambda device: 2**30)
    many = footprint.rows("cpu", 64)
    monkeypatch.setattr(memory, "free_bytes", lambda device: 2**20)
    few = footprint.rows("cpu", 64)
    assert many > few >= 1
    assert footprint.rows("cpu", 10**9) == 1


def test_generation_survives_memory_that_runs_out(target, model, monkeypatch):
    asked = [warm(seed=seed) for seed in range(6)]
    wanted = replies(target, asked)
    prompt = wanted[0].tokens_in
    sizes = runs_out_above(monkeypatch, model, prompt)
    long = Request(({"role": "user", "content": "other " * 3},), Sampling(max_tokens=3))
    some = replies(target, [*asked, long])
    assert [each.text for each in some[:6]] == [each.text for each in wanted]
    assert max(sizes) > prompt, "nothing ran out: the test tests nothing"
