"""From a setting of a step to a control of a form, and from what was typed back to a value."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from core.recipes.shapes import LONGEST, Shape, Unreadable, shapes_of
from core.runs.steps import SHELL_ONLY, StepConfig, all_steps


class Settings(StepConfig):
    policy: Literal["all", "some"] = "all"
    strict: bool = False
    maybe: bool | None = None
    pairs: int = Field(1, ge=1, lt=10, description="How many.")
    share: float = Field(0.5, gt=0, le=1)
    votes: Annotated[int, Field(ge=0)] | None = None
    price: Decimal = Decimal("0.10")
    name: str = Field("", max_length=40)
    rubric: str = Field("", max_length=5_000)
    models: tuple[str, ...] = ("a",)
    columns: Mapping[str, str] = Field(default_factory=dict)
    either: int | str = 1
    out: str | None = Field(None, json_schema_extra=SHELL_ONLY)
    needed: int


SHAPES = {shape.name: shape for shape in shapes_of(Settings)}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("policy", "choice"),
        ("strict", "switch"),
        ("maybe", "choice"),
        ("pairs", "whole"),
        ("share", "number"),
        ("votes", "whole"),
        ("price", "number"),
        ("name", "text"),
        ("rubric", "lines"),
        ("models", "data"),
        ("columns", "data"),
        ("either", "data"),
    ],
)
def test_every_type_has_its_control(name: str, kind: str) -> None:
    assert SHAPES[name].kind == kind


def test_constraints_bound_the_control() -> None:
    assert SHAPES["pairs"].bounds == {"min": "1", "max": "9", "step": "1"}
    assert SHAPES["share"].bounds == {"min": "0", "max": "1", "step": "any"}
    assert SHAPES["votes"].bounds == {"min": "0", "step": "1"}
    assert SHAPES["name"].bounds == {"maxlength": "40"}


def test_what_a_shape_says_of_a_setting() -> None:
    assert (SHAPES["pairs"].label, SHAPES["pairs"].help, SHAPES["pairs"].default) == ("Pairs", "How many.", 1)
    assert [name for name, shape in SHAPES.items() if shape.optional] == ["maybe", "votes", "out"]
    assert [name for name, shape in SHAPES.items() if shape.shell_only] == ["out"]
    assert [name for name, shape in SHAPES.items() if shape.needed] == ["needed"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("policy", "all, some"),
        ("strict", "yes or no"),
        ("pairs", "whole number, 1 to 9"),
        ("votes", "whole number, 0 or more"),
        ("models", "JSON"),
    ],
)
def test_a_table_says_what_may_be_written(name: str, words: str) -> None:
    assert SHAPES[name].in_words == words


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("policy", "some", "some"),
        ("strict", "true", True),
        ("strict", "false", False),
        ("pairs", " 3 ", 3),
        ("share", "0.25", 0.25),
        ("share", "1", 1.0),
        ("votes", "", None),
        ("name", "Zürich عربي", "Zürich عربي"),
        ("rubric", "a\r\nb", "a\nb"),
        ("models", '["a", "b"]', ["a", "b"]),
        ("columns", '{"prompt": "q"}', {"prompt": "q"}),
    ],
)
def test_what_is_typed_becomes_a_value(name: str, text: str, value: Any) -> None:
    assert SHAPES[name].read(text) == value


@pytest.mark.parametrize(("name", "shape"), SHAPES.items())
def test_a_default_is_shown_so_that_it_reads_the_same(name: str, shape: Shape) -> None:
    if not shape.needed:
        shown = shape.shown(shape.default)
        assert Settings.model_validate({"needed": 1, name: shape.read(shown)}) == Settings(needed=1)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("pairs", "", "Write a whole number."),
        ("pairs", "2.5", "Write a whole number."),
        ("share", "much", "Write a number, with a point for decimals."),
        ("share", "nan", "Write a smaller number."),
        ("share", "1e999999999", "Write a smaller number."),
        ("pairs", "9" * 30, "The whole number does not fit into 64 bits."),
        ("name", "a\0b", "Holds the character NUL, which the database cannot store."),
        ("name", "w" * (LONGEST + 1), "This has 20,001 characters. Write at most 20,000."),
        ("models", "[1,", "This is not JSON: line 1: Expecting value."),
        ("models", '["\\ud800"]', "This holds half a character, which cannot be kept."),
        ("models", '["\\u0000"]', "Holds the character NUL"),
        ("models", "[NaN]", "This is not JSON: nested too deep, or no number."),
        ("models", "[" * 9_000, "This is not JSON"),
        ("models", "__import__('os')", "This is not JSON"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(name: str, text: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as raised:
        SHAPES[name].read(text)
    assert str(raised.value).startswith(sentence)


def test_every_setting_of_every_step_has_a_control_that_shows_its_default() -> None:
    for step in all_steps().values():
        for shape in shapes_of(step.Config):
            assert shape.needed or isinstance(shape.shown(shape.default), str)
