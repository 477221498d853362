"""The form of a recipe: plan and start."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.models import Comparison, Project, Role, Run, User
from tests.core.views.conftest import logged_in
from tests.factories import MembershipFactory, PromptFactory, RecipeFactory, ResponseFactory

START = "/p/helpful/runs/start"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def two_responses(project: Project) -> None:
    ResponseFactory.create_batch(2, prompt=PromptFactory(project=project))


def test_the_form_shows_every_stage_with_its_docs_and_settings(as_owner: Client) -> None:
    html = as_owner.get(f"{START}/main").content.decode()
    for told in (
        "<legend>export-dpo</legend>",
        "Each file goes in whole or not at all",
        'name="compare.policy"',
        'name="export-all.min_margin"',
        "Leave out labels with a smaller margin.",
        "Only from a shell",
    ):
        assert told in html, told
    assert 'name="import.files"' not in html
    assert html.partition("<dialog")[0].count("button primary") == 1


def test_start_begins_a_run_with_what_was_set(
    as_owner: Client, owner: User, project: Project, two_responses: None
) -> None:
    sent = {"compare.policy": "random_pairs", "compare.pairs": "2", "only_new": "on", "max_cost": "2.50"}
    response = as_owner.post(f"{START}/compare", sent)
    run = Run.objects.get()
    assert response["Location"] == f"/p/helpful/runs/{run.public}"
    assert run.settings == {"compare.policy": "random_pairs", "compare.pairs": 2}
    assert (run.only_new, run.max_cost, run.created_by) == (True, Decimal("2.5"), owner)
    assert run.state == "running"


def test_htmx_is_sent_to_the_run(as_owner: Client, two_responses: None) -> None:
    response = as_owner.post(f"{START}/compare", {}, headers=HTMX)
    assert response["HX-Redirect"] == f"/p/helpful/runs/{Run.objects.get().public}"


def test_a_plan_says_what_would_be_done_and_does_nothing(as_owner: Client, two_responses: None) -> None:
    response = as_owner.post(f"{START}/compare/plan", {"compare.policy": "all_pairs"}, headers=HTMX)
    html = response.content.decode()
    assert response.status_code == 200
    assert html.strip().startswith('<form id="recipe-form"')
    assert "person-hours" in html
    assert not Run.objects.exists()
    assert not Comparison.objects.exists()


def test_a_plan_keeps_what_was_typed(as_owner: Client) -> None:
    html = as_owner.post(f"{START}/compare/plan", {"compare.pairs": "17", "max_cost": "3"}).content.decode()
    assert 'value="17"' in html
    assert 'value="3"' in html


@pytest.mark.parametrize("verb", ["", "/plan"])
@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"compare.pairs": "0"}, "Write 1 or more."),
        ({"compare.pairs": "<b>"}, "Write a whole number."),
        ({"max_cost": "0"}, "Write an amount like 5 or 2.50."),
        ({"compare.nothing": "1"}, "The recipe has no setting “compare.nothing”."),
    ],
)
def test_what_does_not_fit_comes_back_with_what_was_typed(
    as_owner: Client, verb: str, sent: dict[str, str], error: str
) -> None:
    response = as_owner.post(f"{START}/compare{verb}", sent, headers=HTMX)
    assert response.status_code == 422
    html = response.content.decode()
    assert error in html
    assert html.strip().startswith('<form id="recipe-form"')
    assert "<b>" not in html
    assert not Run.objects.exists()


def test_paths_cannot_be_sent(as_owner: Client) -> None:
    response = as_owner.post(f"{START}/import", {"import.files": '["/etc/passwd"]', "import.sample": "false"})
    assert response.status_code == 422
    assert "import.files can be set only from a shell" in response.content.decode()
    assert not Run.objects.exists()


def test_import_alone_needs_the_sample(as_owner: Client) -> None:
    assert "Name files, or set sample to true" in as_owner.post(f"{START}/import", {}).content.decode()
    assert as_owner.post(f"{START}/import", {"import.sample": "true"}).status_code == 302
    assert Run.objects.get().settings == {"import.sample": True}


def test_the_limit_of_a_recipe_holds_where_none_is_given(as_owner: Client, project: Project) -> None:
    source = "recipe: capped\nmax_cost: 4\nstages: [{uses: aggregate}]\n"
    RecipeFactory(project=project, name="capped", source=source)
    assert "the recipe says 4.00" in as_owner.get(f"{START}/capped").content.decode()
    as_owner.post(f"{START}/capped", {})
    assert Run.objects.get().max_cost == 4


@pytest.mark.parametrize("source", ["recipe: x\nstages: [{uses: gone}]\n", "recipe: x\n"])
def test_a_recipe_that_this_installation_cannot_run_says_why(as_owner: Client, project: Project, source: str) -> None:
    RecipeFactory(project=project, name="x", source=source)
    response = as_owner.get(f"{START}/x")
    assert response.status_code == 409
    assert "data-sentence" in response.content.decode()


def test_a_recipe_that_does_not_exist_is_not_found(as_owner: Client) -> None:
    assert as_owner.get(f"{START}/nothing").status_code == 404


@pytest.mark.parametrize("verb", ["", "/plan"])
def test_reading_is_not_enough(project: Project, verb: str) -> None:
    reviewer = logged_in(MembershipFactory(project=project, role=Role.REVIEWER).user)
    assert reviewer.post(f"{START}/compare{verb}", {}).status_code == 403


def test_the_number_of_queries_is_small(as_owner: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(7):
        as_owner.get(f"{START}/main")
