"""Endpoints: staff set them up and try them; nothing that a server sends and no key comes out."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.models import AuditEvent, Project, User
from core.runs.steps import PermanentError
from synth.backends.protocol import Place, Reply, Request
from synth.models import Endpoint
from tests.core.views.markup import dangers, each_payload
from tests.factories import JudgeFactory, ProjectFactory
from tests.synth.openai_server import Mishap, Server, serving
from tests.synth.scripted import EndpointFactory, script

HERE = "/endpoints"
SENT = {
    "name": "judge-70b",
    "kind": "openai",
    "address": "http://127.0.0.1:8000/v1",
    "model": "llama-70b",
    "revision": "@latest",
    "family": "llama",
    "key_variable": "PREFEREE_KEY_JUDGE",
    "external": "on",
    "structure": "schema",
    "logprobs": "on",
    "concurrency": "64",
    "requests_a_minute": "600",
    "price_in": "0.15",
    "price_out": "0.6",
    "connect_seconds": "10",
    "reply_seconds": "120",
}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def answered(request: Request) -> Reply | str:
    if request.schema:
        return '{"ready": true}'
    if request.logprobs:
        return Reply("1 2", places=(Place("1", -0.1, {"1": -0.1, "2": -3.0}),))
    return Reply("1 2 3", tokens_out=50, seconds=0.5)


def test_without_any_the_page_says_what_follows(as_staff: Client) -> None:
    html = text(as_staff.get(HERE))
    assert "No endpoints, so no model judges or writes." in html
    assert 'href="/endpoints/new"' in html


def test_one_is_added_with_what_the_form_says(as_staff: Client, staff: User, project: Project) -> None:
    answer = as_staff.post(f"{HERE}/new", {**SENT, "projects": ["helpful"]})
    made = Endpoint.objects.get()
    assert answer["Location"] == f"{HERE}/{made.public}"
    assert (made.name, made.model, made.concurrency, made.requests_a_minute) == ("judge-70b", "llama-70b", 64, 600)
    assert (made.price_in, made.price_out, made.external) == (Decimal("0.15"), Decimal("0.6"), True)
    assert list(made.projects.all()) == [project]
    event = AuditEvent.objects.get(verb="endpoint.create")
    assert (event.actor, event.target, event.detail["name"]) == (staff, str(made.public), "judge-70b")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"key_variable": "DATABASE_URL"}, "Write a name that begins with PREFEREE_KEY_"),
        ({"key_variable": "PREFEREE_KEY_"}, "Write something behind PREFEREE_KEY_"),
        ({"key_variable": "PREFEREE_KEY_x;y"}, "Write a name that begins with PREFEREE_KEY_"),
        ({"address": "http://169.254.169.254/v1"}, "where no model answers"),
        ({"address": "http://[fe80::1]/v1"}, "where no model answers"),
        ({"address": "http://[::ffff:169.254.169.254]/v1"}, "where no model answers"),
        ({"address": "http://2852039166/v1"}, "where no model answers"),
        ({"address": "file:///etc/passwd"}, "is not the address of a model server"),
        ({"address": "ftp://127.0.0.1/v1"}, "is not the address of a model server"),
        ({"address": "127.0.0.1:8000"}, "is not the address of a model server"),
        ({"address": "http://me:secret@127.0.0.1/v1"}, "is not the address of a model server"),
        ({"address": "http://8.8.8.8/v1", "external": ""}, "lies outside"),
        ({"address": ""}, "is not the address of a model server"),
        ({"name": "with space"}, "Use letters, digits"),
        ({"price_in": "-1"}, "Write an amount like 0.15, or 0."),
        ({"price_in": "nan"}, "Write an amount like 0.15, or 0."),
        ({"price_out": "cheap"}, "Write an amount like 0.15, or 0."),
        ({"concurrency": "0"}, "Write a whole number from 1 to 32,767."),
        ({"reply_seconds": ""}, "Write a number from 0.1 to 86,400."),
        ({"kind": "transformers", "address": "", "model": ""}, "Write the folder of the model"),
        ({"kind": "transformers"}, "A local model has no address."),
        ({"projects": "nowhere"}, "Choose among the projects that are shown."),
    ],
)
def test_what_does_not_fit_is_said_in_place_and_what_was_typed_stays(
    as_staff: Client, change: dict[str, str], sentence: str
) -> None:
    answer = as_staff.post(f"{HERE}/new", {**SENT, "family": "typed", **change})
    assert answer.status_code == 422
    html = text(answer)
    assert sentence in html
    assert 'value="typed"' in html
    assert not Endpoint.objects.exists()


def test_a_name_is_taken_once(as_staff: Client) -> None:
    EndpointFactory(name="judge-70b")
    answer = as_staff.post(f"{HERE}/new", SENT)
    assert answer.status_code == 422
    assert "already exists" in text(answer)


def test_a_change_forgets_the_test_of_what_it_was_and_is_in_the_log(as_staff: Client) -> None:
    found = EndpointFactory(name="judge-70b", tested={"at": "2026-01-01T00:00:00+00:00", "reached": True})
    assert as_staff.post(f"{HERE}/{found.public}", {**SENT, "name": "other"})["Location"] == HERE
    found.refresh_from_db()
    assert (found.name, found.model, found.tested) == ("judge-70b", "llama-70b", None)
    event = AuditEvent.objects.get(verb="endpoint.change")
    assert event.detail["changed"]["model"] == "llama-70b"
    assert "address" in event.detail["also"]
    assert "127.0.0.1" not in str(event.detail)
    as_staff.post(f"{HERE}/{found.public}", SENT)
    assert AuditEvent.objects.filter(verb="endpoint.change").count() == 1


def test_a_change_that_does_not_fit_changes_nothing(as_staff: Client) -> None:
    found = EndpointFactory(model="tiny")
    answer = as_staff.post(f"{HERE}/{found.public}", {**SENT, "address": "http://169.254.1.1/v1"})
    assert answer.status_code == 422
    assert f'<h1 dir="auto">{found.name}</h1>' in text(answer)
    found.refresh_from_db()
    assert found.model == "tiny"


def test_one_is_retired_and_brought_back(as_staff: Client, project: Project) -> None:
    found = EndpointFactory()
    as_staff.post(f"{HERE}/{found.public}/retire", {"to": "retire"})
    assert not Endpoint.objects.usable_in(project).exists()
    assert "Retired" in text(as_staff.get(HERE))
    assert "Bring endpoint back" in text(as_staff.get(f"{HERE}/{found.public}"))
    as_staff.post(f"{HERE}/{found.public}/retire", {"to": "back"})
    assert Endpoint.objects.usable_in(project).get() == found
    assert set(AuditEvent.objects.filter(verb__startswith="endpoint.").values_list("verb", flat=True)) == {
        "endpoint.retire",
        "endpoint.bring_back",
    }


def test_a_test_says_what_the_endpoint_can_do(as_staff: Client, staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted = script(monkeypatch, answered)
    found = EndpointFactory(model="tiny")
    html = text(as_staff.post(f"{HERE}/{found.public}/test", headers={"HX-Request": "true"}))
    assert html.startswith('<div class="endpoint-tested" id="tested"')
    for part in ("Reached", "100 tokens a second", "50 tokens in 0.50 s", "It tells them", "It can be held to one"):
        assert part in html, part
    assert len(scripted.asked) == 3
    assert "100 tokens a second" in text(as_staff.get(HERE))
    assert AuditEvent.objects.get(verb="endpoint.test").detail == {"name": found.name, "reached": True}


def test_what_it_cannot_do_is_said_too(as_staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    script(monkeypatch, lambda request: "Certainly! ready")
    found = EndpointFactory(logprobs=True, structure="schema")
    assert as_staff.post(f"{HERE}/{found.public}/test")["Location"] == f"{HERE}/{found.public}"
    html = text(as_staff.get(f"{HERE}/{found.public}"))
    assert "It does not tell them" in html
    assert "It cannot be held to one" in html
    assert html.count("below it says otherwise") == 2
    assert "Certainly" not in html


def test_a_failure_is_a_sentence(as_staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    script(monkeypatch, lambda request: PermanentError("The server refused the key. Set PREFEREE_KEY_JUDGE."))
    found = EndpointFactory()
    html = text(as_staff.post(f"{HERE}/{found.public}/test", headers={"HX-Request": "true"}))
    assert "Not reached" in html
    assert "The server refused the key." in html


def test_a_test_ends_though_the_server_does_not(as_staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    scripted = script(monkeypatch)
    monkeypatch.setattr("synth.trying.ALL_SECONDS", 0.05)

    async def never(requests: Any) -> Any:
        await asyncio.sleep(60)

    monkeypatch.setattr(scripted, "generate", never)
    html = text(as_staff.post(f"{HERE}/{EndpointFactory().public}/test", headers={"HX-Request": "true"}))
    assert "No reply within 0.05 seconds." in html


def test_a_local_model_is_looked_at_and_not_loaded(as_staff: Client, tmp_path: Any) -> None:
    (tmp_path / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]}')
    found = EndpointFactory(kind="transformers", address="", model=str(tmp_path))
    html = text(as_staff.post(f"{HERE}/{found.public}/test", headers={"HX-Request": "true"}))
    assert "LlamaForCausalLM" in html
    other = EndpointFactory(kind="transformers", address="", model=str(tmp_path / "no"))
    html = text(as_staff.post(f"{HERE}/{other.public}/test", headers={"HX-Request": "true"}))
    assert "holds no config.json" in html


def test_whether_the_key_is_set_is_said_and_the_key_is_not(as_staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = EndpointFactory(key_variable="PREFEREE_KEY_JUDGE")
    page = f"{HERE}/{found.public}"
    assert "is not set in the process" in text(as_staff.get(page))
    assert "No key here" in text(as_staff.get(HERE))
    monkeypatch.setenv("PREFEREE_KEY_JUDGE", "sk-very-secret")
    for address in (page, HERE):
        assert "sk-very-secret" not in text(as_staff.get(address))
    assert "is set in the process" in text(as_staff.get(page))


def test_the_page_says_how_many_judges_ask_it(as_staff: Client) -> None:
    found = EndpointFactory()
    for version in "12":
        JudgeFactory(name="strict", version=version, config={"endpoint": found.name})
    assert "2 judge versions ask it." in text(as_staff.get(f"{HERE}/{found.public}"))


def test_owners_of_projects_set_up_nothing(as_owner: Client) -> None:
    found = EndpointFactory()
    for address in (HERE, f"{HERE}/new", f"{HERE}/{found.public}"):
        assert as_owner.get(address).status_code == 403
    for address in (f"{HERE}/new", f"{HERE}/{found.public}", f"{HERE}/{found.public}/test"):
        assert as_owner.post(address, SENT).status_code == 403


def test_many_endpoints_take_no_more_queries(as_staff: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(9):
        EndpointFactory().projects.set([ProjectFactory(), ProjectFactory()])
    with django_assert_max_num_queries(6):
        as_staff.get(HERE)


@each_payload
def test_names_do_nothing(as_staff: Client, project: Project, payload: str) -> None:
    Project.objects.filter(pk=project.pk).update(name=payload[:200])
    said = {"at": "2026-01-01T00:00:00+00:00", "reached": False, "sentence": payload, "model": payload}
    found = EndpointFactory(model=payload[:300], family=payload[:100], revision=payload[:100], tested=said)
    found.projects.set([project])
    for page in (HERE, f"{HERE}/{found.public}"):
        assert dangers(as_staff.get(page).content.decode()) == []
    sent = as_staff.post(f"{HERE}/new", {**SENT, "address": payload, "name": payload, "model": payload * 40})
    assert sent.status_code == 422
    assert dangers(sent.content.decode()) == []


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server(answer=lambda body: '{"ready": true}')) as server:
        yield server


def test_a_real_server_is_asked_and_says_which_model_it_has(as_staff: Client, server: Server) -> None:
    found = EndpointFactory(address=server.url, model="", revision="@latest")
    html = text(as_staff.post(f"{HERE}/{found.public}/test", headers={"HX-Request": "true"}))
    for part in ("Reached", '<dd dir="auto"> tiny </dd>', "It tells them", "It can be held to one"):
        assert part in html, part


def test_nothing_that_a_server_sends_and_no_key_is_shown(
    as_staff: Client, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFEREE_KEY_JUDGE", "sk-very-secret")
    server.mishaps.extend([Mishap(401, {"X-Internal": "header-secret"}, message="body-secret sk-very-secret")] * 2)
    found = EndpointFactory(address=server.url, key_variable="PREFEREE_KEY_JUDGE")
    html = text(as_staff.post(f"{HERE}/{found.public}/test", headers={"HX-Request": "true"}))
    assert "Not reached" in html
    assert "PREFEREE_KEY_JUDGE" in html
    found.refresh_from_db()
    for shown in (html, str(found.tested), *map(str, AuditEvent.objects.values_list("detail", flat=True))):
        assert "secret" not in shown
