"""What a composer's buttons do to a draft: add, move, copy, remove. Each gives a new draft and the place to look at."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from annotate.composing.cells import Cells, Question, attribute_numbers, first, unused
from annotate.composing.drafts import Draft, draft_of, read, settled
from annotate.composing.kinds import SORTS
from annotate.kinds.checking import MOST_QUESTIONS
from annotate.kinds.protocol import MAIN
from annotate.kinds.rating import MOST_ATTRIBUTES
from annotate.kinds.text import RATIONALE
from core.errors import PrefereeError

Moved = tuple[Draft, int]


def added(draft: Draft, kind: str) -> Moved:
    """A new question of the kind at the end. The first that can be the main question is."""
    return appended(draft, [{"id": _id_for(kind, draft), "kind": kind, **SORTS[kind].new}])


def appended(draft: Draft, questions: Sequence[Question]) -> Moved:
    """All of them at the end, under ids that are free; their conditions follow them."""
    if len(draft.questions) + len(questions) > MOST_QUESTIONS:
        raise PrefereeError(f"There would be more than {MOST_QUESTIONS} questions. Remove one first.")
    names, there = list(draft.ids), read(draft).questions
    renamed: dict[str, str] = {}
    fresh: list[dict[str, Any]] = []
    for question in questions:
        name = _free(question, names)
        renamed[str(question["id"])] = name
        names.append(name)
        fresh.append(_distinct(_under(question, name, renamed), [*there, *fresh]))
    news = [cells | {"was": [""], "open": ["1"]} for cells in draft_of(fresh).questions]
    return Draft((*draft.questions, *news)), len(draft.questions)


def removed(draft: Draft, place: int) -> Moved:
    rest = draft.questions[:place] + draft.questions[place + 1 :]
    return Draft(rest), min(place, len(rest) - 1)


def copied(draft: Draft, place: int) -> Moved:
    """The same again right below, under an id of its own."""
    if len(draft.questions) >= MOST_QUESTIONS:
        raise PrefereeError(f"There are {MOST_QUESTIONS} questions already. Remove one first.")
    there = read(draft).questions
    name = unused(_stem(there[place]["id"], there[place]["kind"]), draft.ids)
    [copy] = draft_of([_distinct({**there[place], "id": name}, there)]).questions
    return Draft((*draft.questions[: place + 1], copy | {"open": ["1"]}, *draft.questions[place + 1 :])), place + 1


def moved(draft: Draft, place: int, by: int) -> Moved:
    """One place up (-1) or down (1), as far as there is one."""
    there = place + by
    if not 0 <= there < len(draft.questions):
        return draft, place
    questions = list(draft.questions)
    questions[place], questions[there] = questions[there], questions[place]
    return Draft(tuple(questions)), there


def made_main(draft: Draft, place: int) -> Moved:
    """The question on which everything rests; the one that was it becomes a question like the others."""
    if not SORTS[first(draft.questions[place], "kind")].can_be_main:
        raise PrefereeError("This kind of question cannot be the main one. Choose one that says which is better.")
    names = [first(cells, "id") for cells in draft.questions]
    others = [name for at, name in enumerate(names) if at != place]
    questions = []
    for at, cells in enumerate(draft.questions):
        name = MAIN if at == place else names[at]
        if at != place and name == MAIN:
            name = unused(_stem(MAIN, first(cells, "kind")), [*others, MAIN])
        questions.append({**cells, "id": [name]})
    return settled(Draft(tuple(questions))), place


def attribute_added(draft: Draft, place: int) -> Moved:
    cells = draft.questions[place]
    numbers = attribute_numbers(cells)
    if len(numbers) >= MOST_ATTRIBUTES:
        raise PrefereeError(f"There are {MOST_ATTRIBUTES} attributes already. Add another question for more.")
    number = max(numbers, default=-1) + 1
    return _with(draft, place, cells | {f"a{number}.{part}": [""] for part in ("text", "name", "anchors")}), place


def attribute_removed(draft: Draft, place: int, number: int) -> Moved:
    """The ones behind it move up."""
    kept: Cells = {name: values for name, values in draft.questions[place].items() if not _is_attribute(name)}
    left = [each for each in attribute_numbers(draft.questions[place]) if each != number]
    for new, old in enumerate(left):
        for part in ("text", "name", "anchors"):
            kept[f"a{new}.{part}"] = draft.questions[place].get(f"a{old}.{part}", [""])
    return _with(draft, place, kept), place


def _with(draft: Draft, place: int, cells: Cells) -> Draft:
    return Draft((*draft.questions[:place], cells, *draft.questions[place + 1 :]))


def _is_attribute(name: str) -> bool:
    return name.partition(".")[0][1:].isdigit() and name.startswith("a")


def _id_for(kind: str, draft: Draft) -> str:
    if SORTS[kind].can_be_main and MAIN not in draft.ids:
        return MAIN
    if kind == "text" and RATIONALE not in draft.ids:
        return RATIONALE
    return kind


def _free(question: Question, taken: Iterable[str]) -> str:
    """Its own id where it is free; another main question is called by its kind."""
    name = str(question.get("id", ""))
    names = list(taken)
    return name if name and name not in names else unused(_stem(name, str(question["kind"])), [*names, MAIN])


def _stem(name: str, kind: str) -> str:
    return kind if name in ("", MAIN, RATIONALE) else name


def _distinct(question: Mapping[str, Any], others: Sequence[Question]) -> dict[str, Any]:
    """Attributes and categories that no other question has: their numbers and marks are stored beside each other."""
    fresh = dict(question)
    for key, name in (("attributes", "name"), ("categories", "value")):
        taken = [each.get(name, "") for other in others for each in other.get(key) or []]
        if question.get(key):
            fresh[key] = [{**each, name: unused(str(each.get(name, "")), taken)} for each in question[key]]
    return fresh


def _under(question: Question, name: str, renamed: Mapping[str, str]) -> dict[str, Any]:
    when = question.get("when")
    if not when:
        return {**question, "id": name}
    return {**question, "id": name, "when": {**when, "question": renamed.get(when["question"], when["question"])}}
