"""Questions that are answered response by response: a row of options for each, or for each attribute of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotate.kinds.protocol import NO_SUCH, BadAnswer, Fields, Question, Shown, first, is_required


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_chosen: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What is asked about the response at a place; `name` and `text` say which of its attributes, where it has some."""

    field: str
    place: int
    letter: str
    options: Sequence[Option]
    name: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Line:
    """An attribute that is asked about: its name, its text, and the hints of its values."""

    name: str = ""
    text: str = ""
    hints: Mapping[str, str] | None = None


# Of a question without attributes.
WHOLE = [Line()]


def name_of(question: Question, place: int, line: str = "") -> str:
    return f"{question['id']}.{place}.{line}" if line else f"{question['id']}.{place}"


def chosen(question: Question, fields: Fields, name: str, values: Sequence[str]) -> str:
    """The value under the name, or nothing. Raises BadAnswer where it is none of the values."""
    value = first(fields, name)
    if value and value not in values:
        raise BadAnswer(NO_SUCH, question["id"])
    return value


def read_rows(
    question: Question, fields: Fields, shown: Shown, lines: Sequence[Line], values: Sequence[str]
) -> dict[str, dict[str, str]]:
    """By slot and line what was chosen; a slot without any is left out.

    Raises BadAnswer where some is missing of what must be answered.
    """
    given: dict[str, dict[str, str]] = {}
    missing: list[str] = []
    for place, slot in enumerate(shown.order):
        for line in lines:
            value = chosen(question, fields, name_of(question, place, line.name), values)
            if value:
                given.setdefault(str(slot), {})[line.name] = value
            else:
                missing.append(" ".join(filter(None, (shown.letters[place], line.text or line.name))))
    if given and missing and is_required(question):
        raise BadAnswer(f"There is no answer for {missing[0]} yet. Choose one, then submit.", question["id"])
    return given


def fill_rows(question: Question, given: Mapping[str, Mapping[str, str]], shown: Shown) -> dict[str, list[str]]:
    return {
        name_of(question, place, line): [value]
        for place, slot in enumerate(shown.order)
        for line, value in given.get(str(slot), {}).items()
    }


def values_in(
    question: Question, fields: Fields, shown: Shown, lines: Sequence[Line], values: Sequence[str]
) -> set[str]:
    """What was chosen in any row."""
    names = (name_of(question, place, line.name) for place in range(shown.k) for line in lines)
    return {first(fields, name) for name in names} & set(values)


def grid(question: Question, fields: Fields, shown: Shown, lines: Sequence[Line], labels: Mapping[str, str]) -> Grid:
    """`labels` has the values with how they are called. All lines of a response follow one another."""
    rows = []
    for place, letter in enumerate(shown.letters):
        for line in lines:
            field = name_of(question, place, line.name)
            now, hints = first(fields, field), line.hints or {}
            options = [Option(value, label, value == now, hints.get(value, "")) for value, label in labels.items()]
            rows.append(Row(field, place, letter, options, line.name, line.text or line.name))
    return Grid(rows)
