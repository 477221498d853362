"""What one version changed of another, as a person would say it."""

from typing import Any

import pytest

from annotate.composing.changes import changes
from core.models.project import DEFAULT_QUESTIONS, MAIN_QUESTION

MAIN, WHY = DEFAULT_QUESTIONS
RATING = {
    "id": "style",
    "kind": "rating",
    "text": "Style?",
    "attributes": [{"name": "tone", "text": "Tone", "anchors": {"1": "rude"}}],
    "lowest": 1,
    "highest": 5,
}


@pytest.mark.parametrize(
    ("after", "sentences"),
    [
        (DEFAULT_QUESTIONS, []),
        ([{**MAIN, "later": 1}, {**WHY, "help": ""}], []),
        ([MAIN], ["Removed “Why?”."]),
        ([*DEFAULT_QUESTIONS, RATING], ["Added “Style?” (ratings)."]),
        ([WHY, MAIN], ["Put the questions in another order."]),
        ([{**MAIN, "text": "Better?"}, WHY], ["“Which answer is better?” now reads “Better?”."]),
        ([{**MAIN, "tie": False}, WHY], ["“Which answer is better?”: 6 points in place of 7."]),
        (
            [{**MAIN, "strengths": ["a", "b", "c"]}, WHY],
            ["“Which answer is better?”: the strengths are now a, b, c."],
        ),
        ([MAIN, {**WHY, "required": True}], ["“Why?”: “Must be answered” is now on."]),
        ([MAIN, {**WHY, "tags": ["wrong"]}], ["“Why?”: tags to tick: added “wrong”."]),
        ([MAIN, {**WHY, "shortest": 5}], ["“Why?”: at least so many characters is now “5”."]),
        (
            [MAIN, {**WHY, "when": {"question": "main", "is": ["tie", "both_bad"]}}],
            ["“Why?” is now asked only if “Which answer is better?” is tie or both bad."],
        ),
    ],
)
def test_a_change_is_said_in_words(after: Any, sentences: list[str]) -> None:
    assert changes(DEFAULT_QUESTIONS, after) == sentences


def test_attributes_are_told_one_by_one() -> None:
    tone, humour = {"name": "tone", "text": "Tone"}, {"name": "humour", "text": "Humour"}
    before, after = [MAIN_QUESTION, RATING], [MAIN_QUESTION, {**RATING, "attributes": [humour, tone]}]
    assert changes(before, after) == [
        "“Style?”: what is rated: added “Humour”.",
        "“Style?”: what is rated: “Tone” changed.",
    ]


def test_many_changes_are_told_up_to_a_limit() -> None:
    many = [{"id": f"q_{number}", "kind": "text", "text": "x" * 300} for number in range(50)]
    said = changes([], many)
    assert len(said) == 31
    assert said[-1] == "And 20 more changes."
    assert len(said[0]) < 100
