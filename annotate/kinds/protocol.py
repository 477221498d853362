"""What every kind of question does: check itself, read an answer from the form, and write it back into one.

A form speaks of places on the screen, a judgment of slots. Knows nothing of Django.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.errors import PrefereeError
from core.labels.words import letter_of

Question = Mapping[str, Any]
# What a form sends: under each name its values. Names begin with the question's id: `main`, `style.0.clarity`.
Fields = Mapping[str, Sequence[str]]
MAIN = "main"
NO_SUCH = "This question has no such answer. Reload the page and choose again."


class BadAnswer(PrefereeError):
    """An answer that the question set does not offer; the sentence goes beside the question."""

    def __init__(self, sentence: str, question: str = "main") -> None:
        super().__init__(sentence)
        self.question = question


@dataclass(frozen=True, slots=True)
class Shown:
    """The responses as they stood on the screen: at place p the response in slot order[p], under its letter."""

    order: Sequence[int]
    texts: Sequence[str | None] = ()  # by slot, as they are stored; None where a response is more than one text

    @property
    def k(self) -> int:
        return len(self.order)

    @property
    def letters(self) -> list[str]:
        return [letter_of(place) for place in range(self.k)]

    def place_of(self, slot: int) -> int:
        return list(self.order).index(slot)


@dataclass(slots=True)
class Said:
    """All that an answer says, in slots, under the names of a judgment's columns. The main question's are the first."""

    ranks: list[int] | None = None
    partial: bool = False
    strength: int | None = None
    both_bad: bool = False
    answers: dict[str, Any] = field(default_factory=dict)
    ratings: dict[str, dict[str, float]] = field(default_factory=dict)
    spans: list[dict[str, Any]] = field(default_factory=list)
    rationale: str = ""


class Kind(Protocol):
    """One file a kind. `fewest` and `most` say for how many responses it can be asked."""

    name: str
    fewest: int
    most: int
    may_be_main: bool

    def says(self, question: Question) -> Collection[str]:
        """All words that `words` can give, of a question that `check` found right."""

    def check(self, question: Question) -> None:
        """Raises PrefereeError with the first thing in the question that does not fit."""

    def read(self, question: Question, fields: Fields, shown: Shown, said: Said) -> bool:
        """Add the answer to what is said; False where there is none. Raises BadAnswer where it does not fit."""

    def fill(self, question: Question, said: Said, shown: Shown) -> dict[str, list[str]]:
        """The fields of a form that would be read as what is said: the other way round."""

    def words(self, question: Question, fields: Fields, shown: Shown) -> set[str]:
        """What holds of the answer, for questions that depend on it: `both_bad`, `tie`, an option, a value."""

    def view(self, question: Question, fields: Fields, shown: Shown) -> Any:
        """What the template of the kind shows, filled with the fields."""

    def tell(self, question: Question, said: Said, letters: Sequence[str]) -> str:
        """The answer in words, or nothing where there is none; `letters` names the slots."""


def first(fields: Fields, name: str) -> str:
    """The only value under the name, or nothing."""
    return next(iter(fields.get(name, ())), "")


def is_required(question: Question) -> bool:
    return bool(question["id"] == MAIN or question.get("required"))
