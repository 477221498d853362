"""One of some options, or several: about the comparison as a whole, or about each response."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.kinds.elements import check_switch, check_valued
from annotate.kinds.protocol import NO_SUCH, BadAnswer, Fields, Question, Said, Shown, is_required
from annotate.kinds.rows import Option, Row, name_of
from annotate.kinds.stored import by_slot, words_among
from core.models.comparison import MOST_CANDIDATES

MOST_OPTIONS = 30
# In the place of a slot where the question is about all responses together.
ALL = ""


@dataclass(frozen=True, slots=True)
class View:
    """One row where the question is not asked about each response; its letter is empty then."""

    rows: Sequence[Row]
    many: bool


class Choice:
    name, fewest, most, may_be_main = "choice", 1, MOST_CANDIDATES, False

    def says(self, question: Question) -> Collection[str]:
        return _labels(question)

    def check(self, question: Question) -> None:
        check_switch(question, "many", "per_response")
        check_valued(question.get("options"), "option", MOST_OPTIONS)

    def read(self, question: Question, fields: Fields, shown: Shown, said: Said) -> bool:
        given = {slot: _chosen(question, fields, field) for field, slot, _ in _places(question, shown)}
        found = {slot: values for slot, values in given.items() if values}
        if found and len(found) < len(given) and is_required(question):
            letter = next(letter for _, slot, letter in _places(question, shown) if slot not in found)
            raise BadAnswer(f"There is no answer for {letter} yet. Choose one, then submit.", question["id"])
        if found:
            stored = {slot: values if question.get("many") else values[0] for slot, values in found.items()}
            said.answers[question["id"]] = stored if question.get("per_response") else stored[ALL]
        return bool(found)

    def fill(self, question: Question, said: Said, shown: Shown) -> dict[str, list[str]]:
        given = _given(question, said, shown.k)
        return {field: given[slot] for field, slot, _ in _places(question, shown) if given.get(slot)}

    def words(self, question: Question, fields: Fields, shown: Shown) -> set[str]:
        values = {value for field, _, _ in _places(question, shown) for value in _values(question, fields, field)}
        return values & set(_labels(question))

    def view(self, question: Question, fields: Fields, shown: Shown) -> View:
        rows = []
        for place, (field, _, letter) in enumerate(_places(question, shown)):
            now = _values(question, fields, field)
            options = [Option(value, label, value in now) for value, label in _labels(question).items()]
            rows.append(Row(field, place, letter, options))
        return View(rows, bool(question.get("many")))

    def tell(self, question: Question, said: Said, letters: Sequence[str]) -> str:
        labels = _labels(question)
        told = [
            " ".join(filter(None, (letters[int(slot)] if slot else "", ", ".join(labels[value] for value in values))))
            for slot, values in _given(question, said, len(letters)).items()
            if values
        ]
        return "; ".join(told)


def _places(question: Question, shown: Shown) -> list[tuple[str, str, str]]:
    """The fields of the form, each with its slot and the letter on the screen."""
    if not question.get("per_response"):
        return [(question["id"], ALL, "")]
    letters = shown.letters
    return [(name_of(question, place), str(slot), letters[place]) for place, slot in enumerate(shown.order)]


def _values(question: Question, fields: Fields, field: str) -> list[str]:
    values = [value for value in fields.get(field, ()) if value]
    return values if question.get("many") else values[:1]


def _chosen(question: Question, fields: Fields, field: str) -> list[str]:
    """In the order of the options. Raises BadAnswer where one of them is none."""
    values, labels = _values(question, fields, field), _labels(question)
    if any(value not in labels for value in values):
        raise BadAnswer(NO_SUCH, question["id"])
    return [value for value in labels if value in values]


def _labels(question: Question) -> dict[str, str]:
    return {each["value"]: each["text"] for each in question["options"]}


def _given(question: Question, said: Said, k: int) -> dict[str, list[str]]:
    stored: Any = said.answers.get(question["id"])
    given = by_slot(stored, k) if question.get("per_response") else {ALL: stored}
    labels = _labels(question)
    return {slot: words_among(values, labels) for slot, values in given.items()}
