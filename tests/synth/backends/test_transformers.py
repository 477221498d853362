"""A local model: what it says is what the plainest way of asking it says, however its work is cut into batches."""

import asyncio
import random
import socket

import pytest

pytest.importorskip("transformers")

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, MambaConfig

from core.errors import PrefereeError
from core.runs.steps import PermanentError
from synth.backends.local import likelihood, loading, memory, packing
from synth.backends.opening import as_it_is_now, open_backend
from synth.backends.protocol import Likelihood, Reply, Request, Sampling, TokenRequest
from synth.backends.revision import revision_of
from tests.synth.backends.tiny import naive, save_tiny, target_at
from tests.synth.backends.vocabularies import tokenizer

ASKED = ({"role": "user", "content": "What is 2 + 2?"},)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_tiny(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def target(folder):
    return target_at(folder)


@pytest.fixture
def model(target):
    return loading.loaded(target)


def request_of(prompt: int, response: int, seed: int) -> TokenRequest:
    draws = random.Random(seed)
    return TokenRequest(*(tuple(draws.randrange(9, 300) for _ in range(length)) for length in (prompt, response)))


def mixed() -> list[TokenRequest]:
    """Long and short, some with a prompt in common."""
    shapes = [(3, 5), (100, 7), (7, 100), (1, 1), (60, 2), (33, 33), (2, 90), (50, 50)]
    alone = [request_of(*shape, seed) for seed, shape in enumerate(shapes)]
    shared = [
        TokenRequest(request_of(length, 1, length).prompt, request_of(1, 1 + 9 * number, number).response)
        for length in (40, 47, 90)
        for number in range(5)
    ]
    return [each for pair in zip(alone * 2, shared, strict=False) for each in pair]


def measured(backend_target, requests):
    backend = open_backend(backend_target)
    return asyncio.run(backend.loglikelihood(requests))


def replies(backend_target, requests):
    return asyncio.run(open_backend(backend_target).generate(requests))


def close(figures, wanted, most=1e-5):
    assert len(figures) == len(wanted)
    assert max((abs(one - other) for one, other in zip(figures, wanted, strict=True)), default=0) <= most


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


def count_tokens(model, monkeypatch):
    seen = []
    trunk = model.model.base_model
    forward = trunk.forward

    def counting(*args, **inputs):
        seen.append(inputs["input_ids"].numel())
        return forward(*args, **inputs)

    monkeypatch.setattr(trunk, "forward", counting)
    return seen


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


def runs_out_above(monkeypatch, model, tokens):
    """As a card does whose memory holds so many tokens at once."""
    trunk = model.model.base_model
    forward = trunk.forward
    sizes = []

    def limited(*args, **inputs):
        sizes.append(inputs["input_ids"].numel())
        if sizes[-1] > tokens:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return forward(*args, **inputs)

    monkeypatch.setattr(trunk, "forward", limited)
    monkeypatch.setattr(model.footprint, "shrunk", 1.0)
    return sizes


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


def likeliest(model, count):
    """As transformers itself generates."""
    prompt = model.tokenizer.apply_chat_template(list(ASKED), tokenize=False, add_generation_prompt=True)
    ids = torch.tensor([model.tokenizer(prompt, add_special_tokens=False).input_ids])
    wanted = model.model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=count)
    return wanted[0, ids.shape[1] :].tolist()


def test_a_reply_is_what_the_model_finds_likeliest(target, model):
    (reply,) = replies(target, [Request(ASKED, Sampling(max_tokens=12), logprobs=3)])
    assert reply.text == model.tokenizer.decode(likeliest(model, 12), skip_special_tokens=True)
    assert (reply.finish_reason, reply.tokens_out) == ("length", 12)
    for place in reply.places:
        assert len(place.top) <= 3
        assert place.logprob == pytest.approx(max(place.top.values()))


def warm(sample=0, seed=1, **sampling):
    return Request(ASKED, Sampling(temperature=1.0, seed=seed, **{"max_tokens": 20, **sampling}), sample=sample)


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


def test_generation_survives_memory_that_runs_out(target, model, monkeypatch):
    asked = [warm(seed=seed) for seed in range(6)]
    wanted = replies(target, asked)
    prompt = wanted[0].tokens_in
    sizes = runs_out_above(monkeypatch, model, prompt)
    long = Request(({"role": "user", "content": "other " * 3},), Sampling(max_tokens=3))
    some = replies(target, [*asked, long])
    assert [each.text for each in some[:6]] == [each.text for each in wanted]
    assert max(sizes) > prompt, "nothing ran out: the test tests nothing"


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


def test_latest_is_what_the_files_are_now(folder):
    assert asyncio.run(as_it_is_now(target_at(folder, revision="@latest"))).revision == revision_of(folder)
    with pytest.raises(PermanentError, match="not on this machine"):
        asyncio.run(as_it_is_now(target_at(folder / "nowhere", revision="@latest")))
