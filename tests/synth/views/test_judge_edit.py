"""A judge is made and changed on a page; what has judged gets a new version, and what does not fit is said in place."""

from typing import Any

import pytest
from django.test import Client

from core.models import AuditEvent, Judge, Project, User
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from synth.models import Endpoint
from tests.core.views.markup import dangers, each_payload
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, ProjectFactory
from tests.synth.scripted import EndpointFactory

HERE = "/p/helpful/judges"
SENT = {
    "name": "strict",
    "method": "pairwise",
    "endpoint": "judge-70b",
    "prompt_pairwise": "",
    "scale": "five_points",
    "soft": "none",
    "average": "probabilities",
    "tie_band": "0",
    "samples": "1",
    "shuffles": "2",
    "reasks": "1",
    "temperature": "0",
    "top_p": "1",
    "max_tokens": "1024",
    "seed": "0",
}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.usefixtures("endpoint")
def test_a_judge_is_made_as_the_form_says(as_owner: Client, owner: User, project: Project) -> None:
    answer = as_owner.post(f"{HERE}/new", SENT)
    made = Judge.objects.get()
    assert answer["Location"] == f"{HERE}/{made.public}/edit"
    assert (made.name, made.version, made.family, made.kind) == ("strict", "1", "llama", "ai")
    assert (made.config["scale"], made.config["endpoint"]) == ("five_points", "judge-70b")
    assert AuditEvent.objects.get(verb="judge.create").actor == owner


@pytest.mark.usefixtures("endpoint")
def test_what_does_not_fit_the_method_is_left_out(as_owner: Client, project: Project) -> None:
    sent = {**SENT, "method": "pointwise", "soft": "logprobs", "shuffles": "none at all", "tie_band": "0.5"}
    assert as_owner.post(f"{HERE}/new", sent).status_code == 302
    config = Judge.objects.get().config
    assert (config["soft"], config["scale"], config["shuffles"], config["tie_band"]) == ("none", "verdict", 2, 0.5)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "This is needed."),
        ({"name": "a@b"}, "without @"),
        ({"samples": "33"}, "Write a whole number from 1 to 32."),
        ({"samples": "3"}, "At temperature 0 all samples are the same."),
        ({"temperature": "hot"}, "Write a number from 0 to 2."),
        ({"soft": "logprobs"}, "log-probabilities"),
        ({"soft": "logprobs", "scale": "verdict"}, "tells no log-probabilities"),
        ({"endpoint": "of-others"}, "Choose one of those that are offered."),
        ({"method": "guess"}, "Choose one of those that are offered."),
        ({"prompt_pairwise": "other@9"}, "Choose one of those that are offered."),
    ],
)
@pytest.mark.usefixtures("endpoint")
def test_what_does_not_fit_is_said_in_place_and_what_was_typed_stays(
    as_owner: Client, project: Project, change: dict[str, str], sentence: str
) -> None:
    EndpointFactory(name="of-others").projects.set([ProjectFactory()])
    answer = as_owner.post(f"{HERE}/new", {**SENT, "seed": "77", **change})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert 'value="77"' in text(answer)
    assert not Judge.objects.exists()


def test_a_name_is_taken_once(as_owner: Client, owner: User, project: Project, pairwise: JudgeConfiguration) -> None:
    create_judge(project, "strict", pairwise, by=owner)
    answer = as_owner.post(f"{HERE}/new", SENT)
    assert answer.status_code == 422
    assert "There is a judge “strict” already." in text(answer)


def test_an_unused_judge_is_changed_and_a_used_one_gets_a_new_version(
    as_owner: Client, owner: User, project: Project, pairwise: JudgeConfiguration
) -> None:
    judge = create_judge(project, "strict", pairwise, by=owner)
    page = f"{HERE}/{judge.public}/edit"
    assert "so it can still be changed" in text(as_owner.get(page))
    assert as_owner.post(page, SENT)["Location"] == page
    judge.refresh_from_db()
    assert (judge.version, judge.config["scale"]) == ("1", "five_points")
    JudgmentFactory(comparison=ComparisonFactory(project=project), judge=judge)
    html = text(as_owner.get(page))
    assert "What you save becomes version 2." in html
    assert "Save version 2" in html
    assert 'name="name"' not in html
    answer = as_owner.post(page, {**SENT, "seed": "5"})
    newest = Judge.objects.get(version="2")
    assert answer["Location"] == f"{HERE}/{newest.public}/edit"
    judge.refresh_from_db()
    assert (judge.config["seed"], newest.config["seed"]) == (0, 5)
    assert "The newest version is 2, which nothing has been judged by yet." in text(as_owner.get(page))


def test_an_outside_endpoint_is_not_offered_where_text_stays_inside(
    as_owner: Client, project: Project, endpoint: Endpoint
) -> None:
    Project.objects.update(text_stays_inside=True)
    EndpointFactory(name="elsewhere", external=True)
    html = text(as_owner.get(f"{HERE}/new"))
    assert "judge-70b" in html
    assert "elsewhere" not in html
    assert as_owner.post(f"{HERE}/new", {**SENT, "endpoint": "elsewhere"}).status_code == 422


@pytest.mark.usefixtures("endpoint")
def test_each_setting_says_which_methods_it_is_for(as_owner: Client, project: Project) -> None:
    html = text(as_owner.get(f"{HERE}/new"))
    assert 'class="setting for-pairwise"> <label for="id_scale"' in html
    assert 'class="setting for-listwise for-principles"> <label for="id_shuffles"' in html
    assert 'class="setting"> <label for="id_samples"' in html


def test_a_judge_of_another_project_and_an_imported_one_are_not_edited_here(
    as_owner: Client, owner: User, project: Project, pairwise: JudgeConfiguration
) -> None:
    foreign = create_judge(ProjectFactory(), "strict", pairwise, by=owner)
    for judge in (foreign, JudgeFactory(project=project, name="imported")):
        assert as_owner.get(f"{HERE}/{judge.public}/edit").status_code == 404


@pytest.mark.usefixtures("endpoint")
def test_a_recipe_opens_with_what_the_address_fills_in(as_owner: Client, project: Project) -> None:
    html = text(as_owner.get("/p/helpful/runs/start/compare?compare.policy=list"))
    assert '<option value="list" selected>' in html
    wrong = text(as_owner.get("/p/helpful/runs/start/compare?compare.nothing=1"))
    assert "has no setting" in wrong


@each_payload
def test_what_is_typed_does_nothing(as_owner: Client, project: Project, endpoint: Endpoint, payload: str) -> None:
    Endpoint.objects.update(model=payload[:300])
    sent = as_owner.post(f"{HERE}/new", {**SENT, "name": payload * 9, "seed": payload, "endpoint": payload})
    assert sent.status_code == 422
    assert dangers(sent.content.decode()) == []
    page = as_owner.get("/p/helpful/runs/start/compare", {"compare.policy": payload, f"compare.{payload}": payload})
    assert dangers(page.content.decode()) == []
