"""A question set in the making: a question set as cells, and cells as a question set. Nothing in it has to fit."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.composing.cells import Cells, Control, Errors, Flag, Line, Question, first, slug_of, unused
from annotate.composing.kinds import SORTS
from annotate.kinds.checking import MOST_QUESTIONS

CELL = re.compile(r"q([0-9]{1,3})\.([a-z0-9_.]{1,40})")
COMMON: tuple[Control, ...] = (
    Line("text", "Question"),
    Line("help", "Help", "A sentence below the question."),
    Flag("required", "Must be answered"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    questions: tuple[Cells, ...] = ()

    @property
    def ids(self) -> list[str]:
        return [first(cells, "id") for cells in self.questions]


@dataclass(frozen=True, slots=True)
class Read:
    """The questions that the cells say, and by the place of each what could not be read."""

    questions: list[dict[str, Any]]
    errors: dict[int, Errors]


def draft_of(questions: Iterable[Question]) -> Draft:
    """Kinds that nobody knows are left out: there is no form for them."""
    return Draft(tuple(cells_of(question) for question in questions if question.get("kind") in SORTS))


def cells_of(question: Question) -> Cells:
    name = str(question.get("id", ""))
    cells: Cells = {"kind": [str(question["kind"])], "id": [name], "was": [name]}
    for control in controls_of(str(question["kind"])):
        cells |= control.write(question)
    if when := question.get("when"):
        cells |= {"when": [str(when.get("question", ""))], "is": [str(word) for word in when.get("is", [])]}
    return cells


def draft_in(sent: Mapping[str, Sequence[str]]) -> Draft:
    """What a form holds under `q0.kind`, `q0.text`, …; what is not of a question that there can be is passed over."""
    found: dict[int, Cells] = {}
    for name, values in sent.items():
        if match := CELL.fullmatch(name):
            found.setdefault(int(match[1]), {})[match[2]] = list(values)
    known = [found[number] for number in sorted(found) if first(found[number], "kind") in SORTS]
    return Draft(tuple(known[:MOST_QUESTIONS]))


def settled(draft: Draft) -> Draft:
    """With a name for each question that has none, and conditions that follow those that were given another."""
    questions: list[Cells] = []
    for cells in draft.questions:
        name = first(cells, "id") or unused(slug_of(first(cells, "text"), first(cells, "kind")), draft.ids)
        questions.append({**cells, "id": [name]})
    renamed = {first(cells, "was"): first(cells, "id") for cells in questions if first(cells, "was")}
    return Draft(tuple(_following(cells, renamed) for cells in questions))


def read(draft: Draft, before: Iterable[Question] = ()) -> Read:
    """What a settled draft says.

    What it does not touch stays exactly as it was in the question of that id and kind `before`.
    """
    old = {(str(each.get("id")), str(each.get("kind"))): each for each in before}
    questions, errors = [], {}
    for place, cells in enumerate(draft.questions):
        wrong: Errors = {}
        said = _said(cells, wrong)
        questions.append(_merged(old.get((said["id"], said["kind"]), {}), said))
        if wrong:
            errors[place] = wrong
    return Read(questions, errors)


def controls_of(kind: str) -> tuple[Control, ...]:
    return (*COMMON, *SORTS[kind].controls)


def _following(cells: Cells, renamed: Mapping[str, str]) -> Cells:
    when = first(cells, "when")
    return {**cells, "was": cells["id"], **({"when": [renamed.get(when, when)]} if when else {})}


def _said(cells: Cells, wrong: Errors) -> dict[str, Any]:
    kind = first(cells, "kind")
    said: dict[str, Any] = {"id": first(cells, "id"), "kind": kind}
    for control in controls_of(kind):
        said |= control.read(cells, wrong)
    when = first(cells, "when")
    said["when"] = {"question": when, "is": list(cells.get("is", []))} if when else None
    if when and not cells.get("is"):
        wrong["when"] = "Tick at least one answer on which it is asked."
    return said


def _merged(kept: Question, said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, but what says the same as before is written as it was before; what is empty is left out."""
    if not kept:
        return {key: value for key, value in said.items() if value is not None}
    as_before = _said(cells_of(kept), {})
    changed = {key: value for key, value in said.items() if as_before.get(key) != value}
    merged = {**kept, **changed}
    return {key: value for key, value in merged.items() if key not in changed or value is not None}
