"""An answer in words: for a history, and for whoever reads what others said."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from annotate.kinds.protocol import Question, Said
from annotate.kinds.registry import KINDS, kind_of


class Answered(Protocol):
    """A judgment, or what a form said: both have these."""

    ranks: Any
    partial: Any
    strength: Any
    both_bad: Any
    answers: Any
    ratings: Any
    spans: Any
    rationale: Any


def told(questions: Iterable[Question], answered: Answered, letters: Sequence[str]) -> list[str]:
    """What each question got, in their order; `letters` names the slots. Questions without an answer are left out."""
    return [words for _, words in told_apart(questions, answered, letters)]


def told_apart(questions: Iterable[Question], answered: Answered, letters: Sequence[str]) -> list[tuple[Question, str]]:
    """The same, each beside its question."""
    said = said_of(answered)
    fitting = ((question, kind_of(question)) for question in questions if question["kind"] in KINDS)
    found = [
        (question, kind.tell(question, said, letters))
        for question, kind in fitting
        if kind.fewest <= len(letters) <= kind.most
    ]
    return [(question, words) for question, words in found if words]


def said_of(answered: Answered) -> Said:
    """What a judgment says, as the kinds read it."""
    return Said(
        ranks=answered.ranks,
        partial=answered.partial,
        strength=answered.strength,
        both_bad=answered.both_bad,
        answers=answered.answers,
        ratings=answered.ratings,
        spans=answered.spans,
        rationale=answered.rationale,
    )
