"""Log-likelihoods of a local model are those of the plainest way, however its work is cut into batches."""

import asyncio

import pytest

pytest.importorskip("transformers")

from core.errors import PrefereeError
from core.runs.steps import PermanentError
from synth.backends.local import likelihood, memory, packing
from synth.backends.opening import open_backend
from synth.backends.protocol import Likelihood, TokenRequest
from tests.synth.backends.local.asked import close, count_tokens, measured, mixed, request_of
from tests.synth.backends.tiny import naive


def test_log_likelihoods_are_those_of_the_whole_model_one_text_at_a_time(target, model):
    requests = mixed()
    for answer, request in zip(measured(target, requests), requests, strict=True):
        assert isinstance(answer, Likelihood)
        assert answer.tokens_in == len(request.prompt) + len(request.response)
        close(answer.logprobs, naive(model.model, request))


def test_order_and_company_change_nothing(target):
    requests = mixed()
    forth, back = measured(target, requests), measured(target, requests[::-1])[::-1]
    for one, other in zip(forth, back, strict=True):
        close(one.logprobs, other.logprobs)
    close(measured(target, requests[3:4])[0].logprobs, forth[3].logprobs)


@pytest.mark.parametrize("most", [512, 0], ids=["as one text", "held and copied"])
@pytest.mark.parametrize("lengths", [(40, 40, 40), (40, 47, 90)])
def test_a_shared_prompt_changes_nothing(model, monkeypatch, lengths, most):
    monkeypatch.setitem(packing.MOST_PACKED, "cpu", most)
    requests = [
        TokenRequest(request_of(length, 1, length + number).prompt, request_of(1, 3 + 7 * each, each).response)
        for number, length in enumerate(lengths)
        for each in range(8)
    ]
    together, apart = (
        dict(pair for some in likelihood.measured(model, requests, share=share) for pair in some)
        for share in (True, False)
    )
    assert model.shares
    assert model.packs
    for place, request in enumerate(requests):
        close(together[place].logprobs, apart[place].logprobs, 1e-4)
        close(together[place].logprobs, naive(model.model, request))


@pytest.mark.parametrize(("most", "passes"), [(120, [64 + 8 * 7]), (119, [64, 8 * 7])])
def test_the_prompt_of_many_responses_goes_through_once(model, monkeypatch, most, passes):
    """Where all are short, in one pass with them."""
    monkeypatch.setitem(packing.MOST_PACKED, "cpu", most)
    seen = count_tokens(model, monkeypatch)
    prompt = request_of(64, 1, 1).prompt
    list(likelihood.measured(model, [TokenRequest(prompt, request_of(1, 8, each).response) for each in range(8)]))
    assert seen == passes


def test_only_places_of_the_response_become_logits(model, monkeypatch):
    projected = []
    head = model.model.get_output_embeddings()
    forward = head.forward
    monkeypatch.setattr(head, "forward", lambda states: projected.append(len(states)) or forward(states))
    list(likelihood.measured(model, [request_of(90, 4, 1), request_of(50, 9, 2)]))
    assert sum(projected) == 13


def test_logits_are_made_a_few_rows_at_a_time(target, model, monkeypatch):
    wanted = measured(target, mixed())
    monkeypatch.setitem(likelihood.told.__globals__["LOGITS"], "cpu", 3 * model.vocabulary)
    for one, other in zip(measured(target, mixed()), wanted, strict=True):
        close(one.logprobs, other.logprobs)


def test_there_is_little_padding(model, monkeypatch):
    monkeypatch.setitem(likelihood.LEAST_TOKENS, "cpu", 64)
    seen = count_tokens(model, monkeypatch)
    requests = [request_of(10 + each, 1 + each, each) for each in range(60)]
    list(likelihood.measured(model, requests))
    needed = sum(len(each.prompt) + len(each.response) - 1 for each in requests)
    assert needed <= sum(seen) <= 1.25 * needed


def test_an_empty_response_has_no_figures_and_the_others_have_theirs(target):
    empty, other = measured(target, [TokenRequest((9, 10), ()), request_of(4, 4, 1)])
    assert empty.logprobs == ()
    assert len(other.logprobs) == 4


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (TokenRequest((), (9,)), "Nothing stands before the response"),
        (request_of(200, 57, 1), "257 tokens together; tiny takes 256 at most"),
        (TokenRequest((9,), (100_000,)), "it is another model's"),
    ],
)
def test_what_cannot_be_measured_fails_alone(target, request_, sentence):
    failed, other = measured(target, [request_, request_of(4, 4, 1)])
    assert isinstance(failed, PrefereeError)
    assert not isinstance(failed, PermanentError)
    assert sentence in str(failed)
    assert isinstance(other, Likelihood)


def test_answers_are_kept_batch_by_batch(target, model, monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda device: 2**20)
    kept, after = {}, []
    steps = likelihood.measured

    def watched(*args):
        for some in steps(*args):
            after.append(len(kept))
            yield some

    async def keep(at, answer):
        kept[at] = answer

    monkeypatch.setattr(likelihood, "measured", watched)
    requests = [*mixed(), TokenRequest((), (9,))]
    answers = asyncio.run(open_backend(target).measure_each(requests, keep))
    assert [kept[at] for at in range(len(requests) - 1)] == answers[:-1]
    assert len(requests) - 1 not in kept, "failures are not kept"
    assert len(set(after)) > 2, "all were kept at the end"
