"""What the buttons of the composer do: the questions move, and what depends on them moves with them."""

from typing import Any

import pytest

from annotate.composing.acting import Sources, acted
from annotate.composing.checking import checked
from annotate.composing.drafts import Draft, draft_of, read, settled
from annotate.composing.kinds import SORTS
from annotate.composing.presets import PRESETS
from core.errors import PrefereeError
from core.models.project import DEFAULT_QUESTIONS

BEGUN = draft_of(DEFAULT_QUESTIONS)
CRITERIA = [
    {"name": "Harm", "description": "Does no harm", "lowest": 1, "highest": 5, "anchors": {"1": "harmful"}},
    {"name": "Tone", "description": "", "lowest": 0, "highest": 1, "anchors": {}},
]


def after(draft: Draft, *buttons: str, **sources: Any) -> list[dict[str, Any]]:
    for button in buttons:
        draft = acted(draft, button, Sources(**sources)).draft
    return read(settled(draft)).questions


def ids(questions: list[dict[str, Any]]) -> list[str]:
    return [question["id"] for question in questions]


@pytest.mark.parametrize("kind", list(SORTS))
def test_a_new_question_fits_as_it_is(kind: str) -> None:
    done = acted(BEGUN, f"add:{kind}", Sources())
    assert checked(done.draft).errors == {}
    assert done.place == 2


def test_the_first_question_that_can_be_the_main_one_is() -> None:
    assert ids(after(Draft(), "add:text", "add:rating", "add:rating", "add:text")) == [
        "rationale",
        "main",
        "rating",
        "text",
    ]


def test_questions_move_up_and_down_as_far_as_there_is_room() -> None:
    assert ids(after(BEGUN, "down:0")) == ["rationale", "main"]
    assert ids(after(BEGUN, "up:0")) == ["main", "rationale"]
    assert ids(after(BEGUN, "down:0", "down:1", "up:1")) == ["main", "rationale"]


def test_a_copy_stands_below_and_has_a_name_of_its_own() -> None:
    questions = after(BEGUN, "copy:0", "copy:0")
    assert ids(questions) == ["main", "pairwise_2", "pairwise", "rationale"]
    assert questions[1]["strengths"] == questions[0]["strengths"]


def test_another_main_question_takes_the_conditions_along() -> None:
    draft = acted(BEGUN, "add:rating", Sources()).draft
    draft = acted(draft, "preset:append", Sources(preset="both_bad")).draft
    questions = after(draft, "main:2")
    assert ids(questions) == ["pairwise", "rationale", "main", "why_bad"]
    assert questions[3]["when"]["question"] == "pairwise"


def test_only_what_says_which_is_better_can_be_the_main_question() -> None:
    with pytest.raises(PrefereeError, match="cannot be the main one"):
        after(BEGUN, "main:1")


def test_attributes_come_and_go() -> None:
    draft = draft_of(PRESETS["helpsteer2"].questions)
    names = [each["name"] for each in after(draft, "drop_attribute:0:1", "add_attribute:0")[0]["attributes"]]
    assert names == ["helpfulness", "coherence", "complexity", "verbosity", "attribute_5"]


def test_a_removed_question_leaves_the_others() -> None:
    assert ids(after(BEGUN, "remove:0")) == ["rationale"]
    assert ids(after(BEGUN, "remove:0", "remove:0")) == []


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_preset_is_added_or_takes_the_place_of_all(name: str) -> None:
    added = after(BEGUN, "preset:append", preset=name)
    assert ids(added)[:2] == ["main", "rationale"]
    assert len(set(ids(added))) == len(added)
    assert ids(after(BEGUN, "preset:replace", preset=name)) == ids([dict(each) for each in PRESETS[name].questions])


def test_an_added_preset_asks_about_its_own_questions() -> None:
    draft = draft_of([{"id": "why_bad", "kind": "text", "text": "Why?"}])
    both = acted(draft, "preset:append", Sources(preset="overall")).draft
    questions = after(both, "preset:append", preset="both_bad")
    assert questions[-1]["id"] == "why_bad_2"
    assert questions[-1]["when"] == {"question": "main", "is": ["both_bad"]}


def test_the_criteria_of_a_rubric_keep_their_scales_and_anchors() -> None:
    questions = after(BEGUN, "rating:append", rubric="safety", rubrics={"safety": CRITERIA})[2:]
    assert [(each["lowest"], each["highest"]) for each in questions] == [(1, 5), (0, 1)]
    assert questions[0]["attributes"] == [{"name": "harm", "text": "Harm: Does no harm", "anchors": {"1": "harmful"}}]
    [rubric] = after(BEGUN, "rubric:append", rubric="safety", rubrics={"safety": CRITERIA})[2:]
    assert rubric["criteria"] == [{"name": "harm", "text": "Harm: Does no harm"}, {"name": "tone", "text": "Tone"}]


def test_what_is_pasted_is_taken_over_with_its_names() -> None:
    pasted = "questions:\n- {id: tone, kind: thumbs, text: Is it kind}\n- {kind: text, text: Why so}\n"
    assert ids(after(BEGUN, "paste:append", pasted=pasted)) == ["main", "rationale", "tone", "text"]


@pytest.mark.parametrize(
    ("button", "sources", "sentence"),
    [
        ("add:nothing", {}, "This button is not known"),
        ("up:7", {}, "This button is not known"),
        ("<b>", {}, "This button is not known"),
        ("drop_attribute:0", {}, "This button is not known"),
        ("preset:append", {}, "Choose a preset first."),
        ("preset:sideways", {"preset": "thumbs"}, "This button is not known"),
        ("rating:append", {"rubric": "none"}, "Choose a rubric first."),
        ("paste:append", {"pasted": "x: [1"}, "What you pasted is neither YAML nor JSON"),
        ("paste:append", {"pasted": "- {kind: odd, text: x}"}, "There is no kind “odd”."),
    ],
)
def test_what_cannot_be_done_is_said(button: str, sources: Any, sentence: str) -> None:
    with pytest.raises(PrefereeError) as refused:
        acted(BEGUN, button, Sources(**sources))
    assert str(refused.value).startswith(sentence)


def test_a_set_has_an_end() -> None:
    full = draft_of([{"id": f"q_{number}", "kind": "text", "text": "Why?"} for number in range(30)])
    for button in ("add:text", "copy:0"):
        with pytest.raises(PrefereeError, match="30 questions"):
            acted(full, button, Sources())


def test_numbers_and_marks_of_two_questions_are_kept_apart() -> None:
    draft = draft_of(PRESETS["helpsteer2"].questions)
    copied = after(draft, "copy:0")
    assert [each["name"] for each in copied[1]["attributes"]][:2] == ["helpfulness_2", "correctness_2"]
    marks = acted(draft, "preset:append", Sources(preset="mistakes")).draft
    assert after(marks, "copy:1")[2]["categories"][0] == {"value": "factual_2", "text": "A fact is wrong"}
    assert checked(acted(marks, "copy:1", Sources()).draft).fits
