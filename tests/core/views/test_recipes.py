from django.test import Client

from core.models import Project
from tests.factories import RecipeFactory

START = "/p/helpful/runs/start"


def test_every_recipe_has_its_summary_and_a_link(as_owner: Client, project: Project) -> None:
    RecipeFactory(project=project, name="nightly", version=1, source="recipe: nightly\nstages: [{uses: compare}]\n")
    RecipeFactory(
        project=project,
        name="nightly",
        version=2,
        source="recipe: nightly\nsummary: Every night.\nstages: [{uses: compare}, {uses: people}]\n",
    )
    html = as_owner.get(START).content.decode()
    for name in ("main", "nightly", "import", "compare", "people", "aggregate", "export", "reference"):
        assert f'href="{START}/{name}"' in html, name
    for told in ("Every night.", "version 2", "compare, people", "Wait until people have judged."):
        assert told in html, told
    assert "version 1" not in html


def test_a_recipe_that_cannot_be_read_says_why_and_spoils_no_other(as_owner: Client, project: Project) -> None:
    RecipeFactory(project=project, name="old", source="recipe: old\nstages: []\n")
    html = as_owner.get(START).content.decode()
    assert "old, version" in html
    assert f'href="{START}/main"' in html


def test_recipes_of_other_projects_stay_there(as_owner: Client) -> None:
    RecipeFactory(name="theirs")
    assert "theirs" not in as_owner.get(START).content.decode()


def test_annotators_start_nothing(as_annotator: Client) -> None:
    assert as_annotator.get(START).status_code == 403
