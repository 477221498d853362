"""What is set beside a recipe reaches its stage, and what does not fit is named with where it was written."""

import pytest

from core.errors import PrefereeError
from core.recipes.composing import compose
from core.recipes.reading import read_recipe

TWO = """\
recipe: two
stages:
  - uses: compare
    with:
      policy: random_pairs
      pairs: 3
  - uses: export
    name: dpo
  - uses: export
    name: all
    after: [compare]
    with: {format: preferee}
"""
ONE = "recipe: one\nstages:\n  - uses: compare\n"


def stages(values, source=TWO):
    return {stage.name: stage for stage in compose(read_recipe(source, "r.yaml"), values).stages}


def test_stages_follow_one_another_unless_they_say_what_they_need():
    composed = stages({})
    assert {name: (stage.number, stage.after) for name, stage in composed.items()} == {
        "compare": (1, []),
        "dpo": (2, [1]),
        "all": (3, [1]),
    }
    assert (composed["compare"].config.policy, composed["compare"].config.pairs) == ("random_pairs", 3)


def test_what_is_set_wins_over_what_is_written():
    composed = stages({"compare.pairs": 5, "dpo.name": "train", "policy": "list"})
    assert (composed["compare"].config.policy, composed["compare"].config.pairs) == ("list", 5)
    assert (composed["dpo"].config.name, composed["all"].config.name) == ("train", "")


def test_one_stage_needs_no_name():
    assert stages({"pairs": 2}, ONE)["compare"].config.pairs == 2


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "x"}, "The setting “name” belongs to more than one stage. Write dpo.name or all.name."),
        ({"colour": 1}, "No stage has a setting “colour”. The stages are compare, dpo, all"),
        ({"compose.pairs": 1}, "No stage has a setting “compose.pairs”."),
        ({"compare.pairs": 0}, "The setting compare: pairs: Input should be greater than or equal to 1."),
        ({"compare.colour": 0}, "The setting compare: colour: Extra inputs are not permitted."),
    ],
)
def test_a_value_that_does_not_fit_is_named(values, sentence):
    with pytest.raises(PrefereeError) as refused:
        stages(values)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (TWO.replace("pairs: 3", "pairs: 0"), "r.yaml, line 6: compare: pairs: Input should be greater than"),
        (TWO.replace("pairs: 3", "pears: 3"), "r.yaml, line 6: compare: pears: Extra inputs are not permitted."),
        (
            TWO.replace("uses: compare", "name: compare\n    uses: compere"),
            "r.yaml, line 4: There is no step “compere”. The steps are ",
        ),
        (TWO.replace("{format: preferee}", "{format: xml}"), "r.yaml, line 12: all: format: Input should be"),
    ],
)
def test_what_is_written_wrong_is_named_with_its_line(source, sentence):
    with pytest.raises(PrefereeError) as refused:
        stages({}, source)
    assert sentence in str(refused.value)
