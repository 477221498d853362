"""A recipe as a form, and the values that come of what was typed."""

from typing import Any

import pytest

from core.recipes.forms import RecipeForm, form_of
from core.recipes.reading import Recipe, RecipeError, read_recipe

RECIPE = """
recipe: nightly
stages:
  - uses: import
    with: {sample: true}
  - uses: compare
    with: {policy: random_pairs, pairs: 3}
  - uses: people
"""
IMPORT = "recipe: import\nstages:\n  - uses: import\n"


@pytest.fixture
def recipe() -> Recipe:
    return read_recipe(RECIPE)


def texts(form: RecipeForm) -> dict[str, str]:
    return {setting.name: setting.text for stage in form.stages for setting in stage.settings}


def errors(form: RecipeForm) -> dict[str, str]:
    return {setting.name: setting.error for stage in form.stages for setting in stage.settings if setting.error}


def test_a_form_is_filled_with_the_recipe_and_the_defaults(recipe: Recipe) -> None:
    assert texts(form_of(recipe)) == {
        "import.sample": "true",
        "import.strict": "false",
        "compare.policy": "random_pairs",
        "compare.pairs": "3",
        "compare.seed": "0",
        "compare.scorer": "",
        "compare.votes": "",
        "people.votes": "",
        "people.share": "1.0",
    }


def test_a_form_that_comes_back_as_it_was_sets_nothing(recipe: Recipe) -> None:
    form = form_of(recipe, sent=texts(form_of(recipe)))
    assert form.is_valid
    assert form.values == {}


@pytest.mark.parametrize("sent", [{"compare.pairs": " 3.0 "}, {"people.share": "1"}, {}])
def test_the_same_in_other_letters_sets_nothing(recipe: Recipe, sent: dict[str, str]) -> None:
    assert form_of(recipe, sent=sent).values == {}


def test_only_what_differs_is_set(recipe: Recipe) -> None:
    form = form_of(recipe, sent={"compare.pairs": "4", "people.votes": "2", "import.strict": "true"})
    assert form.values == {"compare.pairs": 4, "people.votes": 2, "import.strict": True}


def test_values_set_before_are_shown_and_stay_set(recipe: Recipe) -> None:
    form = form_of(recipe, {"compare.pairs": 5, "seed": 7})
    assert texts(form)["compare.pairs"] == "5"
    assert form.values == {"compare.pairs": 5, "compare.seed": 7}
    back = form_of(recipe, {"compare.pairs": 5, "seed": 7}, {"compare.pairs": "3"})
    assert back.values == {"compare.seed": 7}


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"compare.pairs": "0"}, {"compare.pairs": "Write 1 or more."}),
        ({"compare.pairs": "many"}, {"compare.pairs": "Write a whole number."}),
        ({"people.share": "0"}, {"people.share": "Write more than 0.0."}),
        ({"people.share": "7"}, {"people.share": "Write 1.0 or less."}),
        (
            {"compare.policy": "best"},
            {
                "compare.policy": "Choose one of 'all_pairs', 'random_pairs', 'model_pairs', 'list', 'best_random' or "
                "'best_worst'."
            },
        ),
        (
            {"compare.votes": "x", "people.votes": "0"},
            {"compare.votes": "Write a whole number.", "people.votes": "Write 1 or more."},
        ),
    ],
)
def test_an_error_stands_beside_its_field_and_what_was_typed_stays(
    recipe: Recipe, sent: dict[str, str], error: dict[str, str]
) -> None:
    form = form_of(recipe, sent=sent)
    assert not form.is_valid
    assert errors(form) == error
    assert sent.items() <= texts(form).items()


def test_what_no_field_alone_is_about_is_said_of_the_stage() -> None:
    form = form_of(read_recipe(IMPORT), sent={})
    assert form.stages[0].error == "Name files, or set sample to true, and not both."
    assert form_of(read_recipe(IMPORT), sent={"import.sample": "true"}).values == {"import.sample": True}


def test_a_recipe_that_needs_a_value_still_has_a_form() -> None:
    assert texts(form_of(read_recipe(IMPORT))) == {"import.sample": "false", "import.strict": "false"}


def test_what_only_a_shell_may_set_has_no_control(recipe: Recipe) -> None:
    form = form_of(recipe)
    assert [shape.name for shape, _ in form.stages[0].withheld] == ["files", "upload", "map"]
    assert not {"import.files", "import.upload", "import.map"} & texts(form).keys()


@pytest.mark.parametrize("name", ["import.files", "import.map"])
def test_what_only_a_shell_may_set_is_refused_if_sent(recipe: Recipe, name: str) -> None:
    form = form_of(recipe, sent={name: '["/etc/passwd"]'})
    assert not form.is_valid
    assert form.error.startswith(f"{name} can be set only from a shell")


def test_what_another_page_sets_is_refused_if_sent(recipe: Recipe) -> None:
    form = form_of(recipe, sent={"import.upload": "0190b8a0-0000-7000-8000-000000000000"})
    assert not form.is_valid
    assert form.error == "import.upload is set by the page that imports a file, and not here."


@pytest.mark.parametrize("name", ["import.files.0", "nowhere.key", "compare.__class__", "."])
def test_names_that_the_form_does_not_have_are_refused(recipe: Recipe, name: str) -> None:
    assert not form_of(recipe, sent={name: "x"}).is_valid


def test_what_a_shell_has_set_stays_while_the_web_changes_the_rest(recipe: Recipe) -> None:
    values: dict[str, Any] = {"import.files": ["a.jsonl"], "import.sample": False}
    form = form_of(recipe, values, {"compare.pairs": "9"})
    assert form.is_valid
    assert form.values == {**values, "compare.pairs": 9}


@pytest.mark.parametrize("escape", ["\\0", "\\ud800"])
def test_a_recipe_cannot_smuggle_in_what_the_database_cannot_keep(escape: str) -> None:
    with pytest.raises(RecipeError, match="line 2: Here stands NUL or half a character"):
        read_recipe(f'recipe: x\nsummary: "{escape}"\nstages:\n  - uses: compare\n')


def test_the_docs_are_the_steps_own(recipe: Recipe) -> None:
    docs = {stage.name: stage.docs for stage in form_of(read_recipe(RECIPE + "  - uses: reference\n")).stages}
    assert docs["compare"].startswith("Equal texts are never compared")
    assert docs["reference"].startswith("The response that shares more words")
