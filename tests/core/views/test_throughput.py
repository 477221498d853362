from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from core.models import Project, Run
from tests.factories import RecipeFactory, RunFactory, ShardFactory, StageFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def run(project: Project) -> Run:
    cache.clear()
    begun = timezone.now() - timedelta(seconds=90)
    run = RunFactory(
        project=project, recipe=RecipeFactory(project=project), state="done", started=begun, finished=timezone.now()
    )
    stage = StageFactory(run=run, total=7, done=7)
    ShardFactory(stage=stage, state="done", done=7, finished=begun + timedelta(seconds=30))
    return run


def get(client: Client, run: Run, **options: dict[str, str]) -> str:
    response = client.get(f"/p/helpful/runs/{run.public}/throughput", **options)
    assert response.status_code == 200
    return response.content.decode()


def test_the_chart_comes_with_its_figures(as_owner: Client, run: Run) -> None:
    html = get(as_owner, run)
    assert 'role="img"' in html
    assert '<td class="number" data-label="Inputs">7</td>' in html


def test_htmx_gets_the_chart_alone_and_it_is_drawn_no_more_when_the_run_is_over(as_owner: Client, run: Run) -> None:
    html = get(as_owner, run, headers=HTMX)
    assert html.strip().startswith('<div id="throughput"')
    assert "hx-get" not in html


def test_it_is_drawn_anew_while_the_run_goes(as_owner: Client, run: Run) -> None:
    Run.objects.update(state="running", finished=None)
    assert 'hx-trigger="every 10s, run-changed from:body"' in get(as_owner, run, headers=HTMX)


def test_a_run_that_finished_nothing_says_so(as_owner: Client, project: Project) -> None:
    run = RunFactory(project=project, recipe=RecipeFactory(project=project))
    assert "No inputs are finished yet." in get(as_owner, run)


def test_annotators_do_not_see_it(as_annotator: Client, run: Run) -> None:
    assert as_annotator.get(f"/p/helpful/runs/{run.public}/throughput").status_code == 403
