"""What a comparison's other requests cost counts also where one of them fails, for now or for good."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from core.models import Failure, Judgment, Project, Stage
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from synth.backends import trying
from synth.backends.refusals import Unwell
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from synth.models import StoredReply
from tests.synth.openai_server import Mishap, Server, serving
from tests.synth.scripted import EndpointFactory

pytestmark = pytest.mark.django_db(transaction=True)
PRICE = 1_000  # of a million tokens


def said(body: object) -> dict[str, object]:
    return {"message": {"role": "assistant", "content": "[[A]]"}, "finish_reason": "stop"}


@pytest.fixture
def server(load, monkeypatch) -> Iterator[Server]:
    """One pair, which is judged in both orders, by a server that is asked once a visit."""
    project = create_project("p")
    answers = [{"id": "a", "content": "Paris."}, {"id": "b", "content": "Lyon."}]
    load(project, {"prompt": "Capital?", "responses": answers, "comparisons": [["a", "b"]]})
    monkeypatch.setitem(trying.TRIES, Unwell, 1)
    monkeypatch.setattr("core.runs.work.wait", lambda *args: 0)
    with serving(Server(answer=said)) as server:
        EndpointFactory(name="local", address=server.url, price_in=PRICE, price_out=0)
        create_judge(project, "fair", JudgeConfiguration(endpoint="local"), by=None)
        yield server


def stage_of_a_run() -> Stage:
    return run_here(start_run(Project.objects.get(), "judge", {"judge": "fair"})).stages.get()


def paid() -> Decimal:
    """By what the server said that it took: every reply is stored."""
    tokens = sum(each.body["tokens_in"] for each in StoredReply.objects.all())
    return Decimal(tokens * PRICE) / 1_000_000


def test_where_one_request_is_refused_the_other_counts(server):
    server.mishaps.append(Mishap(400, code="context_length_exceeded", message="too long"))
    stage = stage_of_a_run()
    assert (stage.failed, Failure.objects.count(), Judgment.objects.count()) == (1, 1, 0)
    assert StoredReply.objects.count() == 1
    assert stage.cost == paid() > 0
    assert stage.tokens > 0


def test_where_one_request_fails_for_now_what_was_paid_counts_once(server):
    server.mishaps.append(Mishap(500))
    stage = stage_of_a_run()
    assert (stage.done, server.requests, Judgment.objects.count()) == (1, 3, 2)
    assert stage.cost == paid() > 0
