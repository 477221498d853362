"""A question set that cannot be asked is refused with a sentence that says which question, what and what to do."""

from typing import Any

import pytest

from annotate.kinds.checking import BadQuestion, check_questions, responses_asked
from annotate.kinds.registry import KINDS
from core.errors import PrefereeError
from core.models.project import DEFAULT_QUESTIONS, MAIN_QUESTION
from tests.annotate.kinds.making import EVERY_KIND

THUMBS = {"id": "main", "kind": "thumbs", "text": "Good?"}
RATING = {"id": "style", "kind": "rating", "text": "Rate", "attributes": [{"name": "tone"}], "lowest": 1, "highest": 5}
SPANS = {"id": "marks", "kind": "spans", "text": "Mark", "categories": [{"value": "wrong", "text": "Wrong"}]}
CHOICE = {"id": "pick", "kind": "choice", "text": "Pick", "options": [{"value": "a", "text": "A"}]}
RUBRIC = {"id": "rules", "kind": "rubric", "text": "Rules", "criteria": [{"name": "calm", "text": "Calm"}]}
TEXT = {"id": "why", "kind": "text", "text": "Why?"}


def after_tie(**question: Any) -> dict[str, Any]:
    return {**question, "when": {"question": "main", "is": ["tie"]}}


@pytest.mark.parametrize(
    "questions", [DEFAULT_QUESTIONS, EVERY_KIND, [THUMBS, RATING], [THUMBS, SPANS, CHOICE, RUBRIC]]
)
def test_these_can_be_asked(questions: list[dict[str, Any]]) -> None:
    check_questions(questions)


@pytest.mark.parametrize(
    ("questions", "at", "sentence"),
    [
        ([TEXT], None, "The main question is missing."),
        ([THUMBS, {**TEXT, "id": "Why?"}], 1, "“Why?” cannot be the id of a question."),
        ([THUMBS, {**TEXT, "id": "x" * 41}], 1, "cannot be the id of a question."),
        ([THUMBS, {**TEXT, "id": "client_id"}], 1, "“client_id” is no id for a question"),
        ([THUMBS, {**TEXT, "id": "main"}], 1, "“main” is the id of two questions."),
        ([THUMBS, TEXT, TEXT], 2, "“why” is the id of two questions."),
        ([THUMBS, "why"], 1, "Question 2 has no parts."),
        ([THUMBS, {**TEXT, "kind": "essay"}], 1, "“essay” is no kind of question. Choose one of pairwise, ranking"),
        ([THUMBS, {**TEXT, "kind": ["text"]}], 1, "is no kind of question."),
        ([THUMBS, {**TEXT, "text": " "}], 1, "A question has 0 characters."),
        ([THUMBS, {**TEXT, "help": "x" * 1_001}], 1, "The help of “Why?” is too long."),
        ([THUMBS, {**TEXT, "required": "yes"}], 1, "“Why?”: “required” of a question is on or off."),
        ([{**TEXT, "id": "main"}], 0, "The main question cannot be of the kind text."),
        ([{**RUBRIC, "id": "main"}], 0, "Choose one of pairwise, ranking, thumbs, rating."),
        ([THUMBS, {**CHOICE, "id": "rationale"}], 1, "“rationale” is the id of the reason, which is a text."),
        ([{**THUMBS, "when": {"question": "why", "is": ["given"]}}], 0, "The main question is always asked."),
        ([after_tie(**TEXT), MAIN_QUESTION], 0, "“Why?” depends on “main”, which is not asked before it."),
        ([MAIN_QUESTION, {**TEXT, "when": {"question": "why", "is": ["given"]}}], 1, "not asked before it."),
        ([MAIN_QUESTION, {**TEXT, "when": "tie"}], 1, "depends on “None”"),
        ([MAIN_QUESTION, {**TEXT, "when": {"question": "main", "is": []}}], 1, "depends on no answer."),
        ([{**MAIN_QUESTION, "tie": False}, after_tie(**TEXT)], 1, "waits for “tie”, which “Which answer is better?”"),
        ([THUMBS, after_tie(**TEXT)], 1, "does not offer. Choose another answer."),
        ([THUMBS, {**RATING, "attributes": [{"name": "main"}]}], 1, "“main” names the ratings of two questions."),
        ([THUMBS, RATING, {**RATING, "id": "again"}], 2, "“tone” names the ratings of two questions."),
        ([THUMBS, SPANS, {**SPANS, "id": "again"}], 2, "“wrong” is a category of two questions."),
        ([THUMBS, {**TEXT, "tags": ["a"]}, {**TEXT, "id": "why_tags"}], 1, "“why_tags” names the answers of two"),
        ([THUMBS, {**RATING, "highest": 1}], 1, "The scale goes from 1 to 1."),
        ([THUMBS, {**RATING, "highest": 200}], 1, "over at most 101 points."),
        ([THUMBS, {**RATING, "highest": "5"}], 1, "The scale has no two ends."),
        ([THUMBS, {**RATING, "attributes": []}], 1, "There are 0 attributes. Write 1 to 20."),
        ([THUMBS, {**RATING, "attributes": [{"name": "To ne"}]}], 1, "“To ne” cannot name an attribute."),
        ([THUMBS, {**RATING, "attributes": [{"name": "a"}, {"name": "a"}]}], 1, "Two attributes are called “a”."),
        ([THUMBS, {**RATING, "attributes": [{"name": "a", "anchors": {"9": "x"}}]}], 1, "has an anchor for 9"),
        ([THUMBS, {**RATING, "attributes": [{"name": "a", "anchors": {"1": "x" * 201}}]}], 1, "is too long."),
        ([THUMBS, {**RUBRIC, "criteria": [{"name": "calm"}]}], 1, "The criterion “calm” has no text that fits."),
        ([THUMBS, {**RUBRIC, "criteria": RUBRIC["criteria"] * 2}], 1, "Two criteria are called “calm”."),
        ([THUMBS, {**CHOICE, "options": []}], 1, "There are 0 options."),
        ([THUMBS, {**CHOICE, "options": [{"value": "a, b", "text": "A"}]}], 1, "“a, b” cannot be an option."),
        ([THUMBS, {**CHOICE, "options": [{"value": " a", "text": "A"}]}], 1, "“ a” cannot be an option."),
        ([THUMBS, {**SPANS, "categories": [{"value": "a\nb", "text": "A"}]}], 1, "cannot be a category."),
        ([THUMBS, {**TEXT, "tags": "one, two"}], 1, "The tags are no list of at most 20."),
        ([THUMBS, {**TEXT, "tags": ["a", "A"]}], 1, "Two tags are called “A”."),
        ([THUMBS, {**TEXT, "shortest": -1}], 1, "-1 characters cannot be the shortest text."),
        ([{**MAIN_QUESTION, "strengths": None}], 0, "There are 0 strengths."),
        ([THUMBS, *({**TEXT, "id": f"q{n}"} for n in range(30))], None, "There are 31 questions. Ask at most 30."),
    ],
)
def test_what_cannot_be_asked_is_refused(questions: list[Any], at: int | None, sentence: str) -> None:
    with pytest.raises(PrefereeError) as refused:
        check_questions(questions, reserved={"client_id"})
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")
    assert (refused.value.at if isinstance(refused.value, BadQuestion) else None) == at


@pytest.mark.parametrize(
    ("kind", "asked"), [("pairwise", (2, 2)), ("ranking", (2, 64)), ("thumbs", (1, 64)), ("rating", (1, 64))]
)
def test_the_main_question_says_how_many_responses_are_asked_about(kind: str, asked: tuple[int, int]) -> None:
    assert responses_asked([TEXT, {"id": "main", "kind": kind, "text": "?"}]) == asked
    assert KINDS[kind].may_be_main
