"""Generation over a server that speaks the protocol: what it says of finishing and tokens, its limits, its model."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from core.models import Failure, Response
from core.projects import create_project
from synth.models import Endpoint, Sample, StoredReply
from tests.synth.openai_server import Body, Mishap, Server, serving

pytestmark = pytest.mark.django_db(transaction=True)
SKY = "Why is the sky blue?"


def cut_at_the_sky(body: Body) -> Body:
    asked = body["messages"][-1]["content"]
    finish = "length" if asked == SKY else "stop"
    return {"message": {"role": "assistant", "content": f"{asked} {body['seed']}"}, "finish_reason": finish}


@pytest.fixture
def server(project) -> Iterator[Server]:
    with serving(Server(answer=cut_at_the_sky)) as server:
        Endpoint.objects.filter(name="strong").update(
            address=server.url, model="", revision="@latest", price_in=1_000, price_out=0
        )
        yield server


def test_each_sample_is_asked_for_by_its_own_seed_and_finish_reasons_and_cost_are_kept(server, run):
    stage = run("generate", endpoints=["strong"], samples=3, temperature=0.7, max_tokens=9).stages.get()
    assert len({body["seed"] for body in server.asked}) == len(server.asked) == Sample.objects.count() == 6
    assert {(body["temperature"], body["max_tokens"], body["model"]) for body in server.asked} == {(0.7, 9, "tiny")}
    cut = Response.objects.filter(metadata__truncated=True)
    assert {each.prompt.messages[0]["content"] for each in cut} == {SKY}
    assert set(Response.objects.values_list("finish_reason", flat=True)) == {"length", "stop"}
    tokens = sum(sum(len(each["content"]) for each in body["messages"]) // 4 for body in server.asked)
    assert stage.cost == Decimal(tokens) / 1_000
    assert {each.author for each in Response.objects.all()} == {"tiny@2023-11-14"}


def test_limits_and_broken_replies_are_tried_again_and_nothing_is_lost(server, run):
    Endpoint.objects.filter(name="strong").update(model="tiny", revision="1")
    server.mishaps.extend([Mishap(429, {"Retry-After": "0"}), Mishap(truncated=True), Mishap(500)])
    run("generate", endpoints=["strong"], samples=2)
    assert (Sample.objects.count(), Failure.objects.count()) == (4, 0)


def test_a_reply_that_was_paid_is_not_paid_again(server, run):
    run("generate", endpoints=["strong"], samples=2)
    assert StoredReply.objects.count() == 4
    Sample.objects.all().delete()
    Response.objects.all().delete()
    stage = run("generate", endpoints=["strong"], samples=2).stages.get()
    assert (server.requests, stage.cost, stage.tokens) == (4, Decimal(0), 0)
    assert Response.objects.count() == 4


def test_another_project_asks_for_itself_with_the_same_seeds(server, run, load):
    run("generate", endpoints=["strong"], samples=2)
    first = {body["seed"] for body in server.asked}
    other = create_project("other")
    load(other, {"prompt": SKY})
    run("generate", other, endpoints=["strong"], samples=2)
    assert server.requests == 6
    assert {body["seed"] for body in server.asked[4:]} < first
