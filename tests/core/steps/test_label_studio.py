"""The step `label_studio`: who may be asked, with which token, and what comes of it."""

import json

import pytest

from core.errors import PrefereeError
from core.importing.label_studio import server
from core.models import AuditEvent, Judgment, Prompt, RunState
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from core.runs.steps import configure
from core.steps import label_studio
from core.steps.label_studio import LabelStudio
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "https://labels.example.org"
VALUES = {"address": ADDRESS, "project": 12}
TASK = {"data": {"ask": "Why?", "one": "A", "two": "B"}, "annotations": []}
SAID = {"type": "pairwise", "from_name": "p", "to_name": "p", "value": {"selected": "left"}}
MAPPING = {"prompt": "ask", "response_1": "one", "response_2": "two", "person.7": "ann@example.org"}


@pytest.fixture
def project(settings, tmp_path, monkeypatch):
    settings.LABEL_STUDIO_HOSTS = ["labels.example.org"]
    settings.HOME = tmp_path
    monkeypatch.setenv("PREFEREE_KEY_LABEL_STUDIO", "token")
    return create_project("p")


@pytest.fixture
def serves(monkeypatch):
    """Makes the server give these tasks; what it was asked with."""
    asked = []

    def served(*tasks):
        def download(remote, into, reach):
            asked.append(remote)
            reach(1.0)
            into.write(b"".join(json.dumps(task).encode() + b"\n" for task in tasks))
            return MAPPING

        monkeypatch.setattr(label_studio, "download", download)
        return asked

    return served


def judged(side="left"):
    return TASK | {"annotations": [{"completed_by": 7, "result": [{**SAID, "value": {"selected": side}}]}]}


def test_a_project_comes_in_and_the_run_says_what_was_added(project, serves):
    MembershipFactory(project=project, user=UserFactory(email="ann@example.org"))
    asked = serves(judged(), {"data": {}, "annotations": []})
    run = run_here(start_run(project, "label_studio", VALUES))

    assert run.state == RunState.DONE, run.error
    assert run.stages.get().note == (
        f"{ADDRESS}, project 12: 2 lines. Added 1 prompt, 2 responses, 1 comparison, 1 judgment. "
        "1 member judged there. 1 refused, the first task 2: data has no 'ask', which is to be the prompt.\n"
    ).replace("data has", "data: has")
    (remote,) = asked
    assert (remote.address, remote.project, remote.token) == (ADDRESS, 12, "token")
    assert AuditEvent.objects.get(verb="import").detail["members"] == ["ann@example.org"]
    assert Judgment.objects.get().person.email == "ann@example.org"


def test_the_same_again_adds_nothing(project, serves):
    serves(judged())
    run_here(start_run(project, "label_studio", VALUES))
    assert "Added nothing new." in run_here(start_run(project, "label_studio", VALUES)).stages.get().note


def test_what_a_person_maps_goes_before_what_the_configuration_says(project, serves):
    serves(TASK)
    run_here(start_run(project, "label_studio", {**VALUES, "map": {"prompt": "two", "response_2": "ask"}}))
    assert Prompt.objects.get().messages[0]["content"] == "B"


def test_strict_takes_all_or_nothing(project, serves):
    serves(judged(), {"data": 5, "annotations": []})
    run = run_here(start_run(project, "label_studio", {**VALUES, "strict": True}))
    assert (run.state, Prompt.objects.count()) == (RunState.FAILED, 0)
    assert "Nothing went in, because of strict." in run.stages.get().failures.get().error


@pytest.mark.parametrize("hosts", [[], ["other.example.org"], ["labels.example.org:8443"]])
def test_a_server_that_staff_did_not_name_is_not_asked(project, serves, settings, hosts):
    asked = serves(TASK)
    settings.LABEL_STUDIO_HOSTS = hosts
    with pytest.raises(PrefereeError, match="PREFEREE_LABEL_STUDIO_HOSTS"):
        LabelStudio().plan(project, configure(LabelStudio(), VALUES))
    run = run_here(start_run(project, "label_studio", VALUES))
    assert (run.state, asked) == (RunState.FAILED, [])
    assert "labels.example.org:443 is not among the Label Studio servers" in run.error


def test_without_a_token_the_variable_is_named(project, serves, monkeypatch):
    asked = serves(TASK)
    monkeypatch.delenv("PREFEREE_KEY_LABEL_STUDIO")
    run = run_here(start_run(project, "label_studio", VALUES))
    assert (run.state, asked) == (RunState.FAILED, [])
    assert "PREFEREE_KEY_LABEL_STUDIO is not set where the workers run." in run.error


@pytest.mark.parametrize(
    "key", ["DATABASE_URL", "PREFEREE_SECRET_KEY", "PREFEREE_KEY_OPENAI", "preferee_key_label_studio"]
)
def test_no_other_variable_can_be_sent_to_a_server(project, key):
    with pytest.raises(PrefereeError, match="label_studio: key: String should match pattern"):
        start_run(project, "label_studio", {**VALUES, "key": key})


def test_another_token_of_label_studio_may_be_named(project, serves, monkeypatch):
    asked = serves(TASK)
    monkeypatch.setenv("PREFEREE_KEY_LABEL_STUDIO_TEAM2", "second")
    run_here(start_run(project, "label_studio", {**VALUES, "key": "PREFEREE_KEY_LABEL_STUDIO_TEAM2"}))
    assert asked[0].token == "second"


def test_without_the_sdk_the_message_names_the_install_line(project, monkeypatch):
    import builtins

    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name.startswith("label_studio_sdk"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    run = run_here(start_run(project, "label_studio", VALUES))
    assert (run.state, server.INSTALL in run.error) == (RunState.FAILED, True)


def test_the_plan_asks_nobody(project, serves):
    asked = serves(TASK)
    assert LabelStudio().plan(project, configure(LabelStudio(), VALUES)) == {"Label Studio projects": 1}
    assert asked == []
