"""Replies of a local model: what is drawn, how often, and where it ends."""

import asyncio

import pytest

pytest.importorskip("transformers")

import torch

from synth.backends.opening import open_backend
from synth.backends.protocol import Reply, Request, Sampling
from tests.synth.backends.local.asked import ASKED, likeliest, replies, warm
from tests.synth.backends.tiny import save_tiny, target_at


def test_a_reply_is_what_the_model_finds_likeliest(target, model):
    (reply,) = replies(target, [Request(ASKED, Sampling(max_tokens=12), logprobs=3)])
    assert reply.text == model.tokenizer.decode(likeliest(model, 12), skip_special_tokens=True)
    assert (reply.finish_reason, reply.tokens_out) == ("length", 12)
    for place in reply.places:
        assert len(place.top) <= 3
        assert place.logprob == pytest.approx(max(place.top.values()))


def test_a_seed_replays_whatever_else_is_asked(target):
    (alone,) = replies(target, [warm()])
    long = Request(({"role": "user", "content": "word " * 20},), Sampling(temperature=0.7, max_tokens=30, top_p=0.9))
    among = replies(target, [long, warm(), Request(ASKED), warm(seed=2), warm(sample=1)])
    assert among[1].text == alone.text
    assert len({among[1].text, among[3].text, among[4].text}) == 3


def test_without_a_seed_replies_differ(target):
    first, second = replies(target, [warm(seed=None), warm(seed=None)])
    assert first.text != second.text


def test_a_narrow_nucleus_leaves_the_likeliest_token_only(target):
    hot, cold = replies(target, [warm(top_p=1e-6), Request(ASKED, Sampling(max_tokens=20))])
    assert hot.text == cold.text


def test_tokens_are_drawn_as_often_as_they_are_likely(model):
    from synth.backends.local.drawing import drawn
    from synth.backends.local.writing import Writing

    writings = [Writing.of(warm(seed=seed), (1,), None) for seed in range(4000)]
    logits = torch.tensor([[0.1, 0.2, 0.3, 0.4]]).log().expand(4000, -1)
    found = torch.bincount(drawn(logits, writings), minlength=4) / 4000
    assert (found - torch.tensor([0.1, 0.2, 0.3, 0.4])).abs().max() < 0.03
    cut = [Writing.of(warm(seed=seed, top_p=0.6), (1,), None) for seed in range(4000)]
    assert set(drawn(logits, cut).tolist()) == {2, 3}


def test_a_reply_ends_before_a_stop(target):
    (whole,) = replies(target, [Request(ASKED, Sampling(max_tokens=12), logprobs=1)])
    stop = whole.text[5:7]
    (cut,) = replies(target, [Request(ASKED, Sampling(max_tokens=12, stop=(stop,)), logprobs=1)])
    assert cut.text == whole.text[: whole.text.find(stop)]
    assert cut.finish_reason == "stop"
    assert len(cut.places) < len(whole.places)


def test_a_reply_ends_where_the_model_ends_its_turn(target, model, monkeypatch):
    (whole,) = replies(target, [Request(ASKED, Sampling(max_tokens=12))])
    fourth = likeliest(model, 12)[3]
    monkeypatch.setattr(model.model.generation_config, "eos_token_id", [fourth])
    (ended,) = replies(target, [Request(ASKED, Sampling(max_tokens=12))])
    assert ended.finish_reason == "stop"
    assert whole.text.startswith(ended.text)
    assert ended.tokens_out <= 4


def test_a_reply_ends_where_the_context_does(folder):
    (prompt_tokens,) = {each.tokens_in for each in replies(target_at(folder), [Request(ASKED, Sampling(max_tokens=1))])}
    short = target_at(folder, context=prompt_tokens + 5)
    (cut,) = replies(short, [Request(ASKED, Sampling(max_tokens=99))])
    assert (cut.finish_reason, cut.tokens_out) == ("length", 5)
    shorter = target_at(folder, context=prompt_tokens)
    (refused,) = replies(shorter, [Request(ASKED)])
    assert f"The prompt has {prompt_tokens} tokens" in str(refused)


def test_a_choice_tells_how_likely_each_is(target, model):
    (reply,) = replies(target, [Request(ASKED, choice=("4", "5", "none"))])
    assert reply.text in ("4", "5", "none")
    assert reply.renormalised
    (place,) = reply.places
    assert sum(torch.tensor(list(place.top.values())).exp()) == pytest.approx(1)
    assert place.logprob == max(place.top.values())


def test_a_choice_that_begins_another_can_lose_to_it(target, model):
    """Else "4" would win over "44" always, since it is a part of it."""
    from synth.backends.local.choosing import choice_of

    both = choice_of(model.tokenizer, 0, Request(ASKED, choice=("4", "4 4")), (1, 2))
    assert len({each.response[-1] for each in both.measured}) == 1


def test_a_conversation_that_the_template_refuses_fails_alone(tmp_path):
    strict = target_at(save_tiny(tmp_path / "strict", template="llama2"))
    twice = ({"role": "user", "content": "Hi."}, {"role": "user", "content": "Hm."})
    failed, other = replies(strict, [Request(twice), Request(ASKED, Sampling(max_tokens=2))])
    assert "Roles must alternate" in str(failed)
    assert isinstance(other, Reply)


def test_the_loop_lives_while_a_model_works(target):
    async def both():
        beats = 0

        async def beat():
            nonlocal beats
            while True:
                await asyncio.sleep(0)
                beats += 1

        task = asyncio.create_task(beat())
        await open_backend(target).generate([Request(ASKED, Sampling(max_tokens=64))])
        task.cancel()
        return beats

    assert asyncio.run(both()) > 1
