import re
from typing import Any

import pytest
from django.test import Client

from core.models import Project, Run, Stage
from core.steps.compare import Compare
from core.views import failures as view
from tests.factories import (
    ComparisonFactory,
    FailureFactory,
    PromptFactory,
    RecipeFactory,
    ResponseFactory,
    RunFactory,
    StageFactory,
)


@pytest.fixture
def run(project: Project) -> Run:
    return RunFactory(project=project, recipe=RecipeFactory(project=project), state="failed")


@pytest.fixture
def stage(run: Run) -> Stage:
    return StageFactory(run=run, name="judge", total=10, failed=5)


def get(client: Client, run: Run, query: str = "") -> str:
    response = client.get(f"/p/helpful/runs/{run.public}/failures{query}")
    assert response.status_code == 200
    return response.content.decode()


def inputs(html: str) -> list[int]:
    return [int(each) for each in re.findall(r'<td class="figures">(\d+)</td>', html)]


def test_every_failure_has_its_input_its_error_and_its_time(as_owner: Client, run: Run, stage: Stage) -> None:
    FailureFactory(stage=stage, input=77, error="Timed out\nafter 60 s.")
    html = get(as_owner, run)
    assert inputs(html) == [77]
    assert "Timed out\nafter 60 s." in html
    assert "just now" in html


def test_pages_follow_one_another_without_a_gap(
    as_owner: Client, run: Run, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "ROWS", 2)
    for number in range(5):
        FailureFactory(stage=stage, input=number)
    seen, query = [], "?stage=judge"
    while query:
        html = get(as_owner, run, query)
        seen += inputs(html)
        found = re.search(r'href="(\?[^"]*before=\d+)"', html)
        query = found[1].replace("&amp;", "&") if found else ""
    assert seen == [4, 3, 2, 1, 0]


def test_one_stage_can_be_looked_at_alone(as_owner: Client, run: Run, stage: Stage) -> None:
    FailureFactory(stage=stage, input=1)
    FailureFactory(stage=StageFactory(run=run, name="export", total=1, failed=1), input=2)
    assert inputs(get(as_owner, run)) == [2, 1]
    assert inputs(get(as_owner, run, "?stage=judge")) == [1]
    assert inputs(get(as_owner, run, "?stage=nothing%00&before=x")) == [2, 1]


def test_a_run_without_failures_says_so(as_owner: Client, run: Run) -> None:
    assert "No input has failed here." in get(as_owner, run)


def test_htmx_gets_the_rows_alone(as_owner: Client, run: Run, stage: Stage) -> None:
    FailureFactory(stage=stage)
    response = as_owner.get(f"/p/helpful/runs/{run.public}/failures", headers={"HX-Request": "true"})
    assert response.content.decode().strip().startswith("<table")


def test_failures_of_other_runs_stay_there(as_owner: Client, run: Run) -> None:
    FailureFactory(error="of another run")
    assert "of another run" not in get(as_owner, run)


def test_annotators_do_not_see_them(as_annotator: Client, run: Run) -> None:
    assert as_annotator.get(f"/p/helpful/runs/{run.public}/failures").status_code == 403


def test_a_prompt_that_failed_is_named_and_leads_to_its_page(as_owner: Client, run: Run, stage: Stage) -> None:
    prompt = PromptFactory(project=run.project, text=f"Why is the\n sky blue? {'w' * 100}")
    FailureFactory(stage=stage, input=prompt.pk)
    html = get(as_owner, run)
    assert f'href="/p/helpful/prompts/{prompt.public}"' in html
    assert "Why is the sky blue? www" in html
    assert inputs(html) == []


def test_a_comparison_that_failed_leads_to_its_place(as_owner: Client, run: Run) -> None:
    comparison = ComparisonFactory(project=run.project)
    FailureFactory(stage=StageFactory(run=run, step="reference", total=1, failed=1), input=comparison.pk)
    place = f"?comparisons={comparison.public}#comparison-{comparison.public}"
    assert f'href="/p/helpful/prompts/{comparison.prompt.public}{place}"' in get(as_owner, run)


def test_a_response_that_failed_leads_to_its_place(
    as_owner: Client, run: Run, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Compare, "input_kind", "response")
    response = ResponseFactory(prompt=PromptFactory(project=run.project))
    FailureFactory(stage=stage, input=response.pk)
    assert f"?responses={response.public}#response-{response.public}" in get(as_owner, run)


@pytest.mark.parametrize("step", ["compare", "import", "export", "of an older version"])
def test_what_has_no_page_stays_a_number(as_owner: Client, run: Run, step: str) -> None:
    """A file, a project, a row that is gone, or one of another project."""
    foreign = PromptFactory(text="Not for these eyes")
    FailureFactory(stage=StageFactory(run=run, step=step, total=1, failed=1), input=foreign.pk)
    html = get(as_owner, run)
    assert inputs(html) == [foreign.pk]
    assert "Not for these eyes" not in html


def test_the_number_of_queries_does_not_grow(
    as_owner: Client, run: Run, stage: Stage, django_assert_max_num_queries: Any
) -> None:
    for prompt in PromptFactory.create_batch(10, project=run.project):
        FailureFactory(stage=stage, input=prompt.pk)
    with django_assert_max_num_queries(9):
        get(as_owner, run)
