"""Which recipes a project has, and that none of them is ever lost or changed."""

import pytest

from core.errors import PrefereeError
from core.models import Recipe
from core.projects import create_project
from core.recipes.reading import read_recipe
from core.recipes.shelf import Text, find_recipe, keep, recipe_file, recipes_of
from core.runs.starting import composed, start_run
from core.runs.steps import offered_steps

pytestmark = pytest.mark.django_db
OWN = "recipe: mine\nstages:\n  - uses: compare\n"

GENERATED, IMPROVED = {"generate.endpoints": ["one"]}, {"improve.endpoint": "one", "improve.judge": "j"}
JUDGED = {"judge.judge": "j"}
# Of steps that ask models: whom.
NEEDED = {
    "generate": GENERATED,
    "improve": IMPROVED,
    "best_of": {"best_of.judge": "j"},
    "judge": JUDGED,
    "generate-and-judge": GENERATED | JUDGED,
    "improve-and-judge": IMPROVED | JUDGED,
    "density": {"density.strong": "one", "density.weak": "other"},
    "score": {"score.scorer": "s"},
}


@pytest.fixture
def project():
    return create_project("p")


def test_every_recipe_that_comes_with_preferee_can_be_composed(project):
    recipes = recipes_of(project)
    assert {"main", "generate-and-judge", "improve-and-judge", *offered_steps()} == set(recipes)
    for name in set(recipes) - {"import", "label_studio"}:  # by themselves they do not know which file, or server
        text, plan = composed(project, name, NEEDED.get(name, {}))
        assert read_recipe(text.source).specification.recipe == name
        assert plan.summary
        assert plan.stages
    assert composed(project, "import", {"sample": True})[1].stages
    assert composed(project, "label_studio", {"address": "https://labels.example", "project": 1})[1].stages


def test_a_text_is_kept_once_and_another_is_the_next_version(project):
    first = keep(project, Text("mine", OWN, "mine.yaml"), None)
    again = keep(project, Text("mine", OWN, "elsewhere.yaml"), None)
    second = keep(project, Text("mine", f"{OWN}summary: Mine.\n", "mine.yaml"), None)
    assert (first, first.version, second.version) == (again, 1, 2)
    assert find_recipe(project, "mine").source == second.source
    assert find_recipe(project, "mine").where == "mine, version 2"


def test_an_own_recipe_goes_before_one_that_came_with_preferee(project):
    start_run(project, "compare", {})
    assert find_recipe(project, "compare").builtin
    keep(project, Text("compare", OWN.replace("mine", "compare"), "compare.yaml"), None)
    assert not find_recipe(project, "compare").builtin


def test_recipes_of_another_project_stay_there(project):
    keep(create_project("other"), Text("mine", OWN, "mine.yaml"), None)
    with pytest.raises(
        PrefereeError, match=r"There is no recipe “mine”\. The recipes are aggregate, best_of, card, compare"
    ):
        find_recipe(project, "mine")


def test_a_run_says_which_text_it_followed(project):
    run = start_run(project, "main", {"sample": True, "export-dpo.name": "train"})
    assert (run.recipe.name, run.recipe.version, run.recipe.builtin) == ("main", 1, True)
    assert run.recipe.source == find_recipe(project, "main").source
    assert run.settings == {"sample": True, "export-dpo.name": "train"}
    assert Recipe.objects.count() == 1


def test_a_file_is_read_or_named_in_a_sentence(tmp_path):
    path = tmp_path / "mine.yaml"
    with pytest.raises(PrefereeError, match=r"mine\.yaml cannot be read: No such file"):
        recipe_file(path)
    path.write_text(OWN)
    assert recipe_file(path) == Text("mine", OWN, str(path))
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(PrefereeError, match="is not text in UTF-8"):
        recipe_file(path)
    path.write_text("recipe: mine\n")
    with pytest.raises(PrefereeError, match=r"mine\.yaml, line 1: stages: Field required"):
        recipe_file(path)
