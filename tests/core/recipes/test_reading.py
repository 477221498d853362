"""A recipe is data, and what does not fit is named with its line and field."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recipes.reading import MOST_CHARACTERS, RecipeError, read_recipe

GOOD = """\
recipe: nightly
summary: Judge what is new.
max_cost: 12.50
stages:
  - uses: compare
    with:
      policy: all_pairs
  - uses: reference
    name: judge
    tolerate: 0.2
  - uses: export
    after: [compare]
"""


def test_what_is_written_is_what_is_read():
    recipe = read_recipe(GOOD).specification
    assert (recipe.recipe, recipe.summary, str(recipe.max_cost)) == ("nightly", "Judge what is new.", "12.5")
    assert [(stage.name, stage.uses, stage.after, stage.tolerate) for stage in recipe.stages] == [
        ("compare", "compare", None, 0.05),
        ("judge", "reference", None, 0.2),
        ("export", "export", ["compare"], 0.05),
    ]
    assert recipe.stages[0].values == {"policy": "all_pairs"}


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "tolerate: 0.2",
            "tolerate: 2",
            "r.yaml, line 10: stages.1.tolerate: Input should be less than or equal to 1.",
        ),
        ("tolerate: 0.2", "tolerant: 0.2", "r.yaml, line 10: stages.1.tolerant: Extra inputs are not permitted."),
        ("recipe: nightly", "name: nightly", "r.yaml, line 1: recipe: Field required."),
        ("recipe: nightly", "recipe: Every Night", "r.yaml, line 1: recipe: String should match pattern"),
        ("max_cost: 12.50", "max_cost: -1", "r.yaml, line 3: max_cost: Input should be greater than 0."),
        ("name: judge", "name: compare", "r.yaml, line 8: A second stage is called “compare”."),
        (
            "[compare]",
            "[juge]",
            "r.yaml, line 12: after: no stage above is called “juge”. Those above: compare, judge.",
        ),
        ("[compare]", "[export]", "r.yaml, line 12: after: no stage above is called “export”."),
        ("uses: reference", "use: reference", "r.yaml, line 8: stages.1.uses: Field required."),
        ("    tolerate: 0.2", "    name: again", "r.yaml, line 10: “name” stands here a second time."),
        ("policy: all_pairs", "policy: [all_pairs", "r.yaml, line 8: This is not YAML"),
        ("all_pairs", "!!python/object/apply:os.getcwd []", "could not determine a constructor"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(before, after, sentence):
    assert before in GOOD
    with pytest.raises(RecipeError) as refused:
        read_recipe(GOOD.replace(before, after), "r.yaml")
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words",
        "? [a]\n: b\n",
        "recipe: 2001-99-99\n",
        "recipe: 1:99:99\n",
        "<<: x\n",
        "- a\n- list\n",
        "recipe: x\nstages: []\n",
        "recipe: x\n",
        "\0",
    ],
)
def test_what_is_no_recipe_gets_a_sentence(text):
    with pytest.raises(RecipeError):
        read_recipe(text)


def test_a_small_text_cannot_become_an_enormous_one():
    laughs = "a: &a [x, x]\nb: &b [*a, *a]\nrecipe: x\nstages: *b\n"
    with pytest.raises(RecipeError, match="line 2: Aliases are not read in recipes"):
        read_recipe(laughs)
    with pytest.raises(RecipeError, match="nested more than 20 levels deep"):
        read_recipe("recipe: " + "[" * 10_000)
    with pytest.raises(RecipeError, match="a recipe has at most"):
        read_recipe("#" * (MOST_CHARACTERS + 1))


@given(st.text(max_size=200) | st.text(alphabet="recipstagu: -[]{}&*!#\n'\"", max_size=200))
def test_any_text_is_a_recipe_or_gets_a_sentence(text):
    with suppress(RecipeError):
        assert read_recipe(text).specification.stages
