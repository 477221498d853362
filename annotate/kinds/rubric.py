"""Does a response do this: yes, partly or no, criterion by criterion."""

from collections.abc import Collection, Mapping, Sequence

from annotate.kinds.elements import check_named, check_switch
from annotate.kinds.protocol import Fields, Question, Said, Shown
from annotate.kinds.rows import Grid, Line, fill_rows, grid, read_rows, values_in
from annotate.kinds.stored import by_slot, words_among
from core.models.comparison import MOST_CANDIDATES

MOST_CRITERIA = 30
LABELS = {"yes": "Yes", "partly": "Partly", "no": "No"}


class Rubric:
    name, fewest, most, may_be_main = "rubric", 1, MOST_CANDIDATES, False

    def says(self, question: Question) -> Collection[str]:
        return _labels(question)

    def check(self, question: Question) -> None:
        check_switch(question, "partly")
        check_named(question.get("criteria"), "criterion", MOST_CRITERIA)

    def read(self, question: Question, fields: Fields, shown: Shown, said: Said) -> bool:
        given = read_rows(question, fields, shown, _lines(question), list(_labels(question)))
        if given:
            said.answers[question["id"]] = given
        return bool(given)

    def fill(self, question: Question, said: Said, shown: Shown) -> dict[str, list[str]]:
        return fill_rows(question, _given(question, said, shown.k), shown)

    def words(self, question: Question, fields: Fields, shown: Shown) -> set[str]:
        return values_in(question, fields, shown, _lines(question), list(_labels(question)))

    def view(self, question: Question, fields: Fields, shown: Shown) -> Grid:
        return grid(question, fields, shown, _lines(question), _labels(question))

    def tell(self, question: Question, said: Said, letters: Sequence[str]) -> str:
        given = _given(question, said, len(letters)).items()
        texts = {line.name: line.text for line in _lines(question)}
        told = [f"{letters[int(slot)]} {texts[name]}: {value}" for slot, row in given for name, value in row.items()]
        return "; ".join(told)


def _labels(question: Question) -> dict[str, str]:
    return {value: label for value, label in LABELS.items() if value != "partly" or question.get("partly")}


def _lines(question: Question) -> list[Line]:
    return [Line(each["name"], each["text"]) for each in question["criteria"]]


def _given(question: Question, said: Said, k: int) -> dict[str, dict[str, str]]:
    values = _labels(question)
    found = {}
    for slot, row in by_slot(said.answers.get(question["id"]), k).items():
        given = row if isinstance(row, Mapping) else {}
        names = [each["name"] for each in question["criteria"]]
        found[slot] = {name: given[name] for name in names if words_among(given.get(name), values)}
    return found
