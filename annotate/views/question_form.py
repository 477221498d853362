"""A draft of a question set as a page shows it: a card a question, with a field for each thing that can be set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotate.composing.cells import Cells, Control, attribute_numbers, first
from annotate.composing.checking import Checked
from annotate.composing.drafts import Draft
from annotate.composing.kinds import SORTS, Sort
from annotate.composing.reach import not_always
from annotate.composing.wording import gist_of, title_of, words_of
from annotate.kinds.protocol import MAIN

POINTS = {
    "2": "2: A or B",
    "3": "3: A, tie or B",
    "4": "4: two words a side, no tie",
    "5": "5: two words a side, and a tie",
    "6": "6: three words a side, no tie",
    "7": "7: three words a side, and a tie",
}
LEVELS = ("Weakest", "Stronger", "Strongest")


@dataclass(frozen=True, slots=True)
class Field:
    """One control with what it holds; `parts` are the fields inside it."""

    name: str
    control: Control
    value: str
    error: str = ""
    parts: Sequence[Any] = ()

    @property
    def template(self) -> str:
        return f"annotate/composer/{self.control.type}.html"

    @property
    def rows(self) -> int:
        return self.value.count("\n") + 2


@dataclass(frozen=True, slots=True)
class Part:
    """A field inside a control: a word of strength, or all that is said of one attribute."""

    name: str
    label: str
    value: str
    number: int = 0
    key: str = ""
    anchors: str = ""
    error: str = ""

    @property
    def rows(self) -> int:
        return max(self.anchors.count("\n") + 1, 2)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Card:
    """`focus` is the button or field that the page goes to, where it goes to one of this question."""

    place: int
    sort: Sort
    id: str
    title: str
    gist: str
    text: str
    help: str
    is_required: bool
    is_open: bool
    is_last: bool
    fields: Sequence[Field]
    others: Sequence[Choice]
    words: Sequence[Choice]
    note: str = ""
    focus: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return self.place + 1

    @property
    def is_main(self) -> bool:
        return self.id == MAIN

    @property
    def error(self) -> str:
        return self.errors.get("", "")


@dataclass(frozen=True, slots=True)
class Focus:
    place: int = -1
    on: str = ""


def cards_of(draft: Draft, checked: Checked, *, says_errors: bool, focus: Focus | None = None) -> list[Card]:
    """In their order; `says_errors` also tells what does not fit yet."""
    looked = focus or Focus()
    return [
        _card(place, cells, draft, checked, says_errors, looked.on if place == looked.place else "")
        for place, cells in enumerate(draft.questions)
    ]


def _card(place: int, cells: Cells, draft: Draft, checked: Checked, says_errors: bool, focus: str) -> Card:
    question, sort = checked.questions[place], SORTS[first(cells, "kind")]
    errors = checked.errors.get(place, {}) if says_errors else {}
    return Card(
        place=place,
        sort=sort,
        id=question["id"],
        title=title_of(question),
        gist=gist_of(question),
        text=first(cells, "text"),
        help=first(cells, "help"),
        is_required=bool(first(cells, "required")),
        is_open=bool(first(cells, "open") or errors or focus),
        is_last=place == len(draft.questions) - 1,
        fields=[_field(f"q{place}", control, cells, errors) for control in sort.controls],
        others=_others(cells, checked.questions[:place]),
        words=_words(cells, checked.questions[:place]),
        note=not_always(question, checked.questions),
        focus=focus,
        errors=errors,
    )


def _field(prefix: str, control: Control, cells: Cells, errors: Mapping[str, str]) -> Field:
    value = next(iter(cells.get(control.name, ())), "")
    parts: list[Any] = []
    if control.type == "points":
        value = value or "7"
        parts = [
            Part(f"{prefix}.strength_{number}", label, first(cells, f"strength_{number}"), number)
            for number, label in enumerate(LEVELS, start=1)
        ]
    elif control.type == "attributes":
        parts = [_attribute(prefix, number, cells, errors) for number in attribute_numbers(cells)]
    return Field(f"{prefix}.{control.name}", control, value, errors.get(control.name, ""), parts)


def _attribute(prefix: str, number: int, cells: Cells, errors: Mapping[str, str]) -> Part:
    name = f"a{number}"
    return Part(
        f"{prefix}.{name}",
        f"Attribute {number + 1}",
        first(cells, f"{name}.text"),
        number,
        first(cells, f"{name}.name"),
        next(iter(cells.get(f"{name}.anchors", ())), ""),
        errors.get(f"{name}.anchors", ""),
    )


def _others(cells: Cells, earlier: Sequence[Mapping[str, Any]]) -> list[Choice]:
    """The questions on which this one may depend; that it does on a later one shows too, for it has to be changed."""
    when = first(cells, "when")
    found = [Choice(each["id"], title_of(each), each["id"] == when) for each in earlier if words_of(each)]
    is_missing = when and not any(choice.is_chosen for choice in found)
    return [*found, Choice(when, f"{when} (not above this question)", True)] if is_missing else found


def _words(cells: Cells, earlier: Sequence[Mapping[str, Any]]) -> list[Choice]:
    """What the question on which this one depends can say; one that it says no more shows while it is ticked."""
    other = next((each for each in earlier if each["id"] == first(cells, "when")), None)
    labels, ticked = (words_of(other) if other else {}), cells.get("is", [])
    gone = [Choice(word, f"{word} (no answer any more)", True) for word in ticked if word not in labels]
    return [*(Choice(word, label, word in ticked) for word, label in labels.items()), *gone]
