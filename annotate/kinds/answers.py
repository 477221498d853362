"""A whole question set: which questions are asked, and the answer to all of them from a form and back into one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.kinds.protocol import MAIN, BadAnswer, Fields, Question, Said, Shown, is_required
from annotate.kinds.registry import kind_of

NOTHING: Mapping[str, str] = {}
# What to do first where the main question has no answer.
FIRST = {
    "ranking": "Rank the responses first, then submit.",
    "thumbs": "Say of every response whether it is good, then submit.",
    "rating": "Rate every response first, then submit.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it stands on the screen. `depends_on` is empty, or says `main:both_bad,tie`."""

    question: Question
    view: Any
    is_asked: bool
    error: str = ""

    @property
    def template(self) -> str:
        return f"annotate/kinds/{self.question['kind']}.html"

    @property
    def is_main(self) -> bool:
        return bool(self.question["id"] == MAIN)

    @property
    def is_required(self) -> bool:
        return is_required(self.question)

    @property
    def depends_on(self) -> str:
        when = self.question.get("when")
        return f"{when['question']}:{','.join(when['is'])}" if when else ""

    @property
    def missing(self) -> str:
        """What to say where there is no answer; empty where there need not be one."""
        return _missing(self.question) if is_required(self.question) else ""


def read_answers(questions: Sequence[Question], fields: Fields, shown: Shown) -> Said:
    """What the form says. Answers to questions that are not asked, because another was answered so, do not count.

    Raises BadAnswer with the first thing that is missing or does not fit.
    """
    said = Said()
    for question in questions:
        if not _is_asked(question, questions, fields, shown):
            continue
        is_given = kind_of(question).read(question, fields, shown, said)
        if not is_given and is_required(question):
            raise BadAnswer(_missing(question), question["id"])
    return said


def filled(questions: Sequence[Question], said: Said, shown: Shown) -> dict[str, list[str]]:
    """The fields of the form that `read_answers` would read as what is said."""
    fields: dict[str, list[str]] = {}
    for question in questions:
        if _fits(question, shown):
            fields |= kind_of(question).fill(question, said, shown)
    return fields


def asked(
    questions: Sequence[Question], fields: Fields, shown: Shown, errors: Mapping[str, str] = NOTHING
) -> list[Asked]:
    """The questions that fit so many responses, in their order; those that wait for another answer too."""
    return [
        Asked(
            question,
            kind_of(question).view(question, fields, shown),
            _is_asked(question, questions, fields, shown),
            errors.get(question["id"], ""),
        )
        for question in questions
        if _fits(question, shown)
    ]


def _fits(question: Question, shown: Shown) -> bool:
    kind = kind_of(question)
    return kind.fewest <= shown.k <= kind.most


def _is_asked(question: Question, questions: Sequence[Question], fields: Fields, shown: Shown) -> bool:
    when = question.get("when")
    if not _fits(question, shown):
        return False
    if not when:
        return True
    other = next((each for each in questions if each["id"] == when["question"]), None)
    if other is None or not _is_asked(other, questions, fields, shown):
        return False
    return bool(kind_of(other).words(other, fields, shown) & set(when["is"]))


def _missing(question: Question) -> str:
    if question["id"] == MAIN:
        return FIRST.get(question["kind"], "Choose an answer first, then submit.")
    if question["id"] == "rationale":
        return "Say why in a few words, then submit."
    return f"“{question['text']}” has no answer yet. Answer it, then submit."
