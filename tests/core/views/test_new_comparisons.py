"""The plan of comparisons: what it would make and take, before anything is made."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from core.comparing import planning
from core.models import Comparison, Project, Run, Score
from core.runs.actions import run_here
from tests.factories import (
    JudgeFactory,
    JudgmentFactory,
    PromptFactory,
    RecipeFactory,
    ResponseFactory,
    RunFactory,
    StageFactory,
)

PAGE = "/p/helpful/comparisons/new"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def prompts(project: Project) -> None:
    """One of four responses and one of three, each by another model: 6 + 3 pairs."""
    for count in (4, 3):
        prompt = PromptFactory(project=project)
        for number in range(count):
            ResponseFactory(prompt=prompt, author=f"m{number}")


def words(html: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html.decode()).split())


@pytest.mark.usefixtures("prompts")
def test_it_plans_at_once_and_makes_nothing(as_owner: Client) -> None:
    text = words(as_owner.get(PAGE).content)
    assert "Comparisons 9 from 2 prompts" in text
    assert "Judge calls 18" in text
    assert "People's judgments 9 Person-hours 0.1 at 45 s a judgment, assumed" in text
    assert "Create 9 comparisons" in text
    assert not Comparison.objects.exists()


@pytest.mark.usefixtures("prompts")
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_other_settings_plan_otherwise(as_owner: Client, headers: dict[str, str]) -> None:
    values = {"policy": "random_pairs", "pairs": "2", "votes": "3", "seed": "7", "price": "0.5"}
    response = as_owner.post(PAGE, values, headers=headers)
    text = words(response.content)
    assert response.status_code == 200
    assert "Comparisons 4 from" in text
    assert "Their cost 4.00 at 0.50 a call, as written above" in text
    assert "People's judgments 12" in text
    assert (b"<html" in response.content) == (not headers)
    assert not Run.objects.exists()


@pytest.mark.usefixtures("prompts")
def test_created_they_are_a_run_that_makes_as_many(as_owner: Client, project: Project) -> None:
    """Whatever recipe of its own the project calls “compare”."""
    RecipeFactory(project=project, name="compare", source="recipe: compare\nstages:\n  - uses: export\n")
    values = {"policy": "random_pairs", "pairs": "2", "votes": "3", "seed": "7", "action": "create"}
    response = as_owner.post(PAGE, values)
    run = Run.objects.get()
    assert response.url == f"/p/helpful/runs/{run.public}"
    assert run.settings == {"policy": "random_pairs", "pairs": 2, "votes": 3, "seed": 7}
    run_here(run)
    assert Comparison.objects.filter(votes_wanted=3).count() == 4
    assert "All that this policy makes is there already." in words(as_owner.post(PAGE, values | {"action": ""}).content)


@pytest.mark.usefixtures("prompts")
def test_htmx_is_led_to_the_run(as_owner: Client) -> None:
    response = as_owner.post(PAGE, {"policy": "list", "action": "create"}, headers=HTMX)
    assert response.headers["HX-Redirect"] == f"/p/helpful/runs/{Run.objects.get().public}"


@pytest.mark.usefixtures("prompts")
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"policy": "all"}, "Choose one of the policies."),
        ({"pairs": "0"}, "write a number from 1 to 10,000."),
        ({"votes": "101"}, "write a number from 0 to 100."),
        ({"votes": "two"}, "write a number from 0 to 100."),
        ({"seed": "x"}, "Seed: write a whole number."),
        ({"price": "-1"}, "write an amount like 0.02."),
        ({"price": "NaN"}, "write an amount like 0.02."),
    ],
)
def test_what_does_not_fit_is_said_and_makes_nothing(as_owner: Client, wrong: dict[str, str], sentence: str) -> None:
    response = as_owner.post(PAGE, {"policy": "all_pairs", "action": "create", **wrong})
    assert response.status_code == 422
    assert sentence in words(response.content)
    assert not Run.objects.exists()


def test_a_list_that_would_be_too_long_says_what_to_do(as_owner: Client, project: Project) -> None:
    prompt = PromptFactory(project=project)
    ResponseFactory.create_batch(65, prompt=prompt)
    response = as_owner.get(f"{PAGE}?policy=list")
    assert response.status_code == 422
    assert "Compare pairs instead." in words(response.content)


@pytest.mark.usefixtures("prompts")
def test_the_cost_is_that_of_past_calls_and_unknown_where_there_were_none(as_owner: Client, project: Project) -> None:
    assert "Their cost – No run here has paid for a judge yet." in words(as_owner.get(PAGE).content)
    run = RunFactory(project=project)
    StageFactory(run=run, step="reference", total=100, done=90, failed=10, cost="4.0000")
    StageFactory(run=run, step="export", total=1, done=1, cost="9.0000")
    StageFactory(step="reference", total=1, done=1, cost="9.0000")
    text = words(as_owner.get(PAGE).content)
    assert "Their cost 0.36 at 0.02 a call, seen in 200 calls of past runs" in text


@pytest.mark.usefixtures("prompts")
def test_hours_are_by_the_median_of_those_who_were_timed(as_owner: Client, project: Project) -> None:
    judge = JudgeFactory(project=project, kind="human")
    for seconds in (60, 80, 100):
        JudgmentFactory(project=project, comparison__project=project, judge=judge, active_ms=seconds * 1000)
    assert "at 1 min 20 s a judgment, the median of 3" in words(as_owner.get(PAGE).content)


@pytest.mark.usefixtures("prompts")
def test_a_large_project_is_planned_from_a_sample(as_owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "EXACT_UP_TO", 1)
    monkeypatch.setattr(planning, "SAMPLE", 1)
    text = words(as_owner.post(PAGE, {"policy": "all_pairs", "price": "1"}).content)
    assert "from a sample of 1 of 2 prompts; the interval holds in 95 of 100" in text
    assert re.search(r"Create about (6|12) \((6|12) to (6|12)\) comparisons", text)


def test_an_empty_project_says_what_is_missing(as_owner: Client) -> None:
    text = words(as_owner.get(PAGE).content)
    assert "No prompt has two different responses. Import or generate some first." in text
    assert "Create" not in text


def test_annotators_do_not_plan(as_annotator: Client) -> None:
    assert as_annotator.get(PAGE).status_code == 403


@pytest.mark.usefixtures("prompts")
def test_the_number_of_queries_does_not_grow(as_owner: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        as_owner.get(PAGE)


@pytest.mark.usefixtures("prompts")
def test_by_a_score_it_plans_one_pair_a_prompt_and_needs_the_scorer(as_owner: Client, project: Project) -> None:
    response = as_owner.post(PAGE, {"policy": "best_worst"})
    assert response.status_code == 422
    assert "This policy goes by scores: name the scorer." in words(response.content)
    assert "Nothing has been scored here yet." in words(response.content)
    for number, each in enumerate(project.responses.all()):
        Score.objects.create(response=each, scorer="density@1", value=number)
    text = words(as_owner.post(PAGE, {"policy": "best_worst", "scorer": "density@1"}).content)
    assert "Comparisons 2 from 2 prompts" in text
    assert "Here: density@1 ." in text
    response = as_owner.post(PAGE, {"policy": "best_random", "scorer": "other"})
    assert response.status_code == 422
    assert "has a score by “other”" in words(response.content)
