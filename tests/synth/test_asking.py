"""What was replied before is not asked again, and what is replied is stored as it arrives."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection

from core import deletion
from core.errors import PrefereeError
from core.lifecycle import archive, delete_project
from core.models import Project
from core.projects import create_project
from core.removals import ask as ask_removal
from core.runs.actions import run_here
from core.runs.steps import TransientError
from synth import asking, storing
from synth.backends.protocol import Likelihood, Reply, Request, Sampling, TokenRequest
from synth.models import StoredReply
from synth.replies import Keys
from synth.statements import Statements
from synth.targets import Target, target_of
from tests.synth.openai_server import Mishap, Server, serving
from tests.synth.scripted import EndpointFactory, script

pytestmark = pytest.mark.django_db


@pytest.fixture
def server():
    with serving(Server()) as server:
        yield server


@pytest.fixture
def project() -> Project:
    return create_project("p")


@pytest.fixture
def target(server) -> Target:
    return target_of(
        EndpointFactory(address=server.url, structure="vllm", logprobs=True, price_in=Decimal(1), price_out=Decimal(2))
    )


def request(text: str = "Which?", **more: Any) -> Request:
    return Request(({"role": "user", "content": text},), **more)


def asked(project: Project, target: Target, *requests: Request) -> list[Any]:
    return asyncio.run(asking.ask(project, target, requests))


def test_a_reply_is_asked_and_paid_once(project, target, server):
    (first,) = asked(project, target, request())
    (second,) = asked(project, target, request())
    assert server.requests == 1
    assert (first.text, first.stored) == ("[[A]]", False)
    assert first.cost == (first.tokens_in * Decimal(1) + first.tokens_out * Decimal(2)) / 1_000_000
    assert second == replace(first, stored=True, cost=Decimal(0), seconds=second.seconds)
    assert (second.tokens, first.tokens) == (0, first.tokens_in + first.tokens_out)


def test_what_was_said_at_each_place_is_stored_too(project, target):
    (first,) = asked(project, target, request(logprobs=3, choice=("A", "B")))
    (second,) = asked(project, target, request(logprobs=3, choice=("A", "B")))
    assert second.places == first.places
    assert second.renormalised
    assert list(second.places[0].top) == ["[[A]]", "other0", "other1"]


@pytest.mark.parametrize(
    "other",
    [
        request("Who?"),
        request(sampling=Sampling(seed=1)),
        request(sampling=Sampling(max_tokens=5)),
        request(sampling=Sampling(temperature=0.5)),
        request(sampling=Sampling(stop=("x",))),
        request(schema={"type": "object"}),
        request(choice=("A", "B")),
        request(logprobs=2),
        request(sample=1),
        request(prompt_version="pairwise@2"),
    ],
)
def test_whatever_determines_a_reply_tells_it_apart(project, target, server, other):
    asked(project, target, request())
    (reply,) = asked(project, target, other)
    assert (server.requests, reply.stored) == (2, False)


@pytest.mark.parametrize(
    "change", [{"model": "other"}, {"revision": "2"}, {"kind": "x"}, {"address": "http://127.0.0.1:1/v1"}]
)
def test_other_models_have_other_keys(project, target, change):
    assert Keys(project.pk, target).of(request()) != Keys(project.pk, replace(target, **change)).of(request())


def test_what_a_request_is_about_and_how_its_schema_is_written_decide_nothing(project, target):
    keys = Keys(project.pk, target)
    assert keys.of(request(about=1)) == keys.of(request(about=2))
    assert keys.of(request(schema={"a": 1, "b": 2})) == keys.of(request(schema={"b": 2, "a": 1}))


def test_another_project_has_its_own_replies(project, target, server):
    asked(project, target, request())
    asked(create_project("other"), target, request())
    assert server.requests == 2


def test_equal_requests_of_a_batch_are_asked_once(project, target, server):
    one, two, three = asked(project, target, request(), request("Who?"), request())
    assert server.requests == 2
    assert (one.text, three.text) == ("[[A]]", "[[A]]")
    assert [each.stored for each in (one, two, three)] == [False, False, True]
    assert (three.cost, three.tokens) == (0, 0)


def test_equal_requests_of_one_loop_are_asked_once(project, target, server):
    async def together() -> list[list[Any]]:
        return await asyncio.gather(*(asking.ask(project, target, [request(), request(f"n{at}")]) for at in range(3)))

    answers = asyncio.run(together())
    assert server.requests == 4
    assert [one.text for one, _ in answers] == ["[[A]]"] * 3
    assert [one.stored for one, _ in answers] == [False, True, True]


def test_answers_come_in_the_order_of_the_requests(project, target, server):
    server.answer = lambda body: body["messages"][0]["content"].upper()
    asked(project, target, *(request(f"n{at}") for at in range(0, 40, 3)))
    replies = asked(project, target, *(request(f"n{at}") for at in range(40)))
    assert [each.text for each in replies] == [f"N{at}" for at in range(40)]
    assert server.requests == 40


def test_failures_are_not_stored(project, target, server):
    server.mishaps.append(Mishap(status=400, code="context_length_exceeded"))
    (failure,) = asked(project, target, request())
    assert isinstance(failure, PrefereeError)
    assert not StoredReply.objects.exists()
    (reply,) = asked(project, target, request())
    assert isinstance(reply, Reply)


def test_a_cut_off_reply_is_stored_with_its_reason(project, target, server):
    server.answer = lambda body: {"message": {"content": "It is"}, "finish_reason": "length"}
    asked(project, target, request())
    (reply,) = asked(project, target, request())
    assert (reply.finish_reason, reply.stored) == ("length", True)


def test_what_the_database_cannot_hold_is_replaced_everywhere(project, target, server):
    server.answer = lambda body: "a\0b \ud83d c"
    (first,) = asked(project, target, request())
    (second,) = asked(project, target, request())
    assert first.text == second.text
    assert "\0" not in first.text
    first.text.encode()


def test_likelihoods_are_stored_like_replies(project, target, server):
    wanted = [TokenRequest((1, 2), (3, 4)), TokenRequest((1, 2, 3), (4,))]
    first = asyncio.run(asking.measure(project, target, wanted))
    second = asyncio.run(asking.measure(project, target, wanted))
    assert server.requests == 2
    assert [each.logprobs for each in first] == [(-0.375, -0.5), (-0.5,)]
    assert [each.logprobs for each in second] == [each.logprobs for each in first]
    assert all(isinstance(each, Likelihood) and each.stored for each in second)


def test_what_is_stored_is_found_by_one_look(project, target, monkeypatch):
    wanted, sent = [request(f"n{at}") for at in range(200)], []
    asked(project, target, *wanted)
    queue = Statements.queue
    monkeypatch.setattr(Statements, "queue", lambda self, sql, values: (sent.append(sql), queue(self, sql, values))[1])
    asked(project, target, *wanted)
    assert len(sent) == 1


def test_a_backend_that_answers_all_at_once_is_stored_too(project, monkeypatch):
    scripted = script(monkeypatch)
    target = target_of(EndpointFactory())
    asked(project, target, request(), request("Who?"))
    asked(project, target, request(), request("Who?"))
    assert len(scripted.asked) == 2


def test_one_batch_opens_its_server_once(project, target, server, monkeypatch):
    from synth.backends import servers

    opened = []
    original = servers.opened
    monkeypatch.setitem(asking.desk.__globals__["open_backend"].__globals__["_openers"], "openai", lambda target: (
        opened.append(target), original(target)
    )[1])  # fmt: skip

    async def twice() -> None:
        await asking.ask(project, target, [request()])
        await asyncio.gather(*(asking.ask(project, target, [request(f"n{at}")]) for at in range(3)))

    asyncio.run(twice())
    assert (len(opened), server.requests) == (1, 4)


def test_a_database_that_does_not_answer_is_the_engines_matter(project, target, monkeypatch):
    monkeypatch.setattr(storing, "STORE", "SELECT %s, %s, pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(OperationalError):
        asked(project, target, *(request(f"n{at}") for at in range(100)))


def test_a_commit_of_replies_does_not_wait_for_the_disk(project, target):
    asked(project, target, request())
    with connection.cursor() as cursor:  # still in the transaction of this test
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("off",)


def test_a_host_that_nobody_knows_is_tried_again_later(project, target):
    with pytest.raises(TransientError, match=r"no\.such\.host\.invalid"):
        asked(project, replace(target, address="http://no.such.host.invalid/v1"), request())


class TestErasure:
    @pytest.fixture
    def project(self, load) -> Project:
        project = create_project("p")
        answers = [{"id": "a", "content": "One."}, {"id": "b", "content": "Two."}]
        load(project, *({"prompt": f"Number {at}?", "responses": answers} for at in range(2)))
        return project

    @pytest.fixture
    def stored(self, project, target):
        """A reply about each prompt, and one about none."""
        prompts = list(project.prompts.order_by("pk"))
        asked(project, target, *(request(f"n{each.pk}", about=each.pk) for each in prompts), request("about none"))
        return prompts

    def test_erasing_a_prompt_erases_what_models_replied_to_it(self, project, stored):
        removal = ask_removal(project, "prompt", "erase", [stored[0].pk])
        run_here(removal.run)
        assert sorted(StoredReply.objects.values_list("prompt", flat=True), key=str) == [stored[1].pk, None]
        removal.refresh_from_db()
        assert removal.report["counts"]["stored replies"] == 1

    def test_erasing_a_response_erases_the_replies_that_may_quote_it(self, project, stored):
        run_here(ask_removal(project, "response", "erase", [stored[1].responses.first().pk]).run)
        assert sorted(StoredReply.objects.values_list("prompt", flat=True), key=str) == [stored[0].pk, None]

    def test_what_comes_after_the_erasure_is_not_stored(self, project, stored, target):
        run_here(ask_removal(project, "prompt", "erase", [stored[0].pk]).run)
        asked(project, target, request("late", about=stored[0].pk), request("fine", about=stored[1].pk))
        assert set(StoredReply.objects.values_list("prompt", flat=True)) == {stored[1].pk, None}

    def test_what_quotes_a_response_that_was_erased_meanwhile_is_not_stored(self, project, stored, target):
        erased, kept = stored[1].responses.order_by("pk")
        run_here(ask_removal(project, "response", "erase", [erased.pk]).run)
        told = (request(f"about {each.pk}", about=stored[1].pk, quotes=(each.pk,)) for each in (erased, kept))
        assert all(isinstance(reply, Reply) for reply in asked(project, target, *told)), "the answer itself is used"
        assert StoredReply.objects.filter(prompt=stored[1].pk).count() == 1

    def test_a_deleted_project_leaves_no_reply(self, project, stored, target):
        other = create_project("other")
        asked(other, target, request())
        archive(project)
        delete_project(project)
        for pk in deletion.under_way():
            deletion.go_on(pk)
        assert set(StoredReply.objects.values_list("project", flat=True)) == {other.pk}
