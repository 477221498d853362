"""A question set as a file in a repository: written so that people can read it, and read without trusting it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from annotate.composing.files import questions_in, written
from core.errors import PrefereeError
from core.models.project import DEFAULT_QUESTIONS
from tests.annotate.composing.question_sets import question_sets


@pytest.mark.parametrize("ending", ["yaml", "json"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questions=question_sets())
def test_a_file_holds_the_question_set(ending: str, questions: Any) -> None:
    assert questions_in(written(questions, ending, "Questions 3 of helpful")) == questions


def test_a_file_reads_like_one_that_a_person_wrote() -> None:
    assert written(DEFAULT_QUESTIONS, "yaml", "Questions 1 of helpful").startswith(
        "# Questions 1 of helpful\nquestions:\n  - id: main\n    kind: pairwise\n    text: Which answer is better?\n"
    )


def test_a_list_alone_is_a_question_set_too() -> None:
    assert questions_in('[{"kind": "thumbs", "text": "Good?"}]') == [{"kind": "thumbs", "text": "Good?"}]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("a: &x [1]\nb: *x", "The text, line 2: Aliases are not read."),
        ("[" * 40 + "]" * 40, "The text, line 1: This is nested more than"),
        ("a: [1", "The text is neither YAML nor JSON (line"),
        ("!!python/object/apply:os.system ['true']", "The text is neither YAML nor JSON (line 1)."),
        ("", "The text holds no questions."),
        ("questions: nothing", "The text holds no questions."),
        ("questions: [1]", "The text: question 1 has no kind."),
        ("- {kind: text, text: 2026-05-01}", "The text: question 1 holds something that is no text"),
        ("- {kind: text, text: .nan}", "The text: question 1 holds something that is no text"),
        ("\n".join("- {kind: text}" for _ in range(31)), "The text holds 31 questions."),
        ("#" * 200_001, "The text has 200,001 characters."),
        ('- {kind: text, text: "\\0"}', "The text, line 1: Here stands NUL"),
    ],
)
def test_what_is_no_question_set_is_refused_with_the_line(source: str, sentence: str) -> None:
    with pytest.raises(PrefereeError) as refused:
        questions_in(source)
    assert str(refused.value).startswith(sentence)
