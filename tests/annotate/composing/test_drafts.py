"""A question set becomes a form and a form a question set, and nothing is lost on the way."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.composing.cells import slug_of
from annotate.composing.drafts import Draft, draft_in, draft_of, read, settled
from annotate.composing.presets import PRESETS
from annotate.kinds.registry import KINDS
from core.models.project import DEFAULT_QUESTIONS
from tests.annotate.composing.question_sets import question_sets


def sent(draft: Draft) -> dict[str, list[str]]:
    """What a browser sends of the form: text areas with the line ends of the network, no box that is not ticked."""
    return {
        f"q{place}.{name}": [value.replace("\n", "\r\n") for value in values]
        for place, cells in enumerate(draft.questions)
        for name, values in cells.items()
    }


def through_a_form(questions: Any, before: Any = ()) -> list[dict[str, Any]]:
    there_and_back = read(settled(draft_in(sent(draft_of(questions)))), before)
    assert there_and_back.errors == {}
    return there_and_back.questions


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(question_sets())
def test_any_question_set_comes_back_from_the_form_as_it_was(questions: Any) -> None:
    for question in questions:
        KINDS[question["kind"]].check(question)
    assert through_a_form(questions) == questions


UNTOUCHED: list[dict[str, Any]] = [{}, {"required": False}, {"later": {"a": [1]}}, {"help": " two  words "}]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(question_sets(), st.data())
def test_what_a_form_does_not_show_stays_as_it_was(questions: Any, data: Any) -> None:
    """Switches that are written although they are off, keys of a later version, spaces in a text."""
    for question in questions:
        question |= data.draw(st.sampled_from(UNTOUCHED))
    assert through_a_form(questions, questions) == questions


@pytest.mark.parametrize("questions", [DEFAULT_QUESTIONS, *(preset.questions for preset in PRESETS.values())])
def test_what_comes_with_preferee_comes_back_too(questions: Any) -> None:
    assert through_a_form(questions, questions) == list(questions)


def test_what_is_typed_makes_names_for_the_data() -> None:
    [said] = read(
        settled(
            draft_in(
                {
                    "q0.kind": ["choice"],
                    "q0.text": ["What is it about?"],
                    "q0.options": ["Health & safety\r\nlaw = Anything about law\r\n\r\nالصحة\r\nHealth, safety"],
                }
            )
        )
    ).questions
    assert said["id"] == "what_is_it_about"
    assert said["options"] == [
        {"value": "health_safety", "text": "Health & safety"},
        {"value": "law", "text": "Anything about law"},
        {"value": "value_3", "text": "الصحة"},
        {"value": "health_safety_2", "text": "Health, safety"},
    ]


def test_a_condition_follows_a_question_that_gets_another_name() -> None:
    cells = sent(draft_of([{"id": "topic", "kind": "thumbs", "text": "Good?"}, WAITS]))
    cells["q0.id"] = ["mood"]
    said = read(settled(draft_in(cells))).questions
    assert said[1]["when"] == {"question": "mood", "is": ["down"]}


WAITS = {"id": "why", "kind": "text", "text": "Why?", "when": {"question": "topic", "is": ["down"]}}


@pytest.mark.parametrize(
    ("cells", "place", "sentence"),
    [
        ({"q0.kind": ["rating"], "q0.lowest": ["one"]}, "lowest", "“one” is no whole number."),
        ({"q0.kind": ["rating"], "q0.a0.anchors": ["very good"]}, "a0.anchors", "“very good” begins with no point."),
        ({"q0.kind": ["text"], "q0.when": ["main"]}, "when", "Tick at least one answer"),
    ],
)
def test_what_cannot_be_read_is_said_where_it_stands(cells: Any, place: str, sentence: str) -> None:
    assert read(settled(draft_in(cells))).errors[0][place].startswith(sentence)


def test_a_form_that_nobody_made_here_harms_nothing() -> None:
    strange = {
        "q0.kind": ["nothing"],
        "q1.text": ["no kind"],
        "q9999.kind": ["text"],
        "qx.kind": [""],
        "q2.<b>": [""],
    }
    assert draft_in(strange).questions == ()
    many = {f"q{place}.kind": ["text"] for place in range(500)}
    assert len(draft_in(many).questions) == 30


@pytest.mark.parametrize(("text", "name"), [("Ça va?", "ca_va"), ("3rd", ""), ("", ""), ("x" * 80, "x" * 40)])
def test_a_name_is_made_of_plain_letters(text: str, name: str) -> None:
    assert slug_of(text) == name
