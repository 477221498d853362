"""Marks inside responses: from where to where in the stored text, in code points, what is there, and a note."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.kinds.elements import check_valued
from annotate.kinds.protocol import NO_SUCH, BadAnswer, Fields, Question, Said, Shown, first
from annotate.kinds.stored import is_whole
from annotate.kinds.wording import written
from core.models.comparison import MOST_CANDIDATES

MOST_CATEGORIES = 30
MOST_SPANS = 500
LONGEST_NOTE = 1_000
LONGEST_FIELD = 2_000_000
DAMAGED = "The marks cannot be read. Reload the page and mark again."


@dataclass(frozen=True, slots=True)
class View:
    """`value` is what the field holds; `marks` are the same as far as they can be read; `places` can be marked in."""

    value: str
    marks: Sequence[Mapping[str, Any]]
    categories: Sequence[Mapping[str, str]]
    places: Sequence[int]
    letters: Sequence[str]


class Spans:
    """Marks may overlap. Categories belong to one question each, so that a stored label says which it answers."""

    name, fewest, most, may_be_main = "spans", 1, MOST_CANDIDATES, False

    def says(self, question: Question) -> Collection[str]:
        return {"marked", *labels_of(question)}

    def check(self, question: Question) -> None:
        check_valued(question.get("categories"), "category", MOST_CATEGORIES)

    def read(self, question: Question, fields: Fields, shown: Shown, said: Said) -> bool:
        spans = [_span(question, mark, shown) for mark in _marks(question, fields)]
        once = {_order(span): span for span in spans}
        said.spans = sorted([*said.spans, *once.values()], key=_order)
        return bool(spans)

    def fill(self, question: Question, said: Said, shown: Shown) -> dict[str, list[str]]:
        labels = labels_of(question)
        marks = [
            {"place": shown.place_of(span["slot"]), **{key: span[key] for key in KEPT if key in span}}
            for span in said.spans
            if span["label"] in labels and span["slot"] in shown.order
        ]
        return {question["id"]: [json.dumps(marks, ensure_ascii=False)]} if marks else {}

    def words(self, question: Question, fields: Fields, shown: Shown) -> set[str]:
        marks = _readable(question, fields)
        labels = {str(mark.get("label")) for mark in marks} & labels_of(question)
        return labels | ({"marked"} if marks else set())

    def view(self, question: Question, fields: Fields, shown: Shown) -> View:
        places = [place for place, slot in enumerate(shown.order) if _text_in(shown, slot) is not None]
        marks = _readable(question, fields)
        return View(first(fields, question["id"]), marks, question["categories"], places, shown.letters)

    def tell(self, question: Question, said: Said, letters: Sequence[str]) -> str:
        labels = {each["value"]: each["text"] for each in question["categories"]}
        told = []
        for span in said.spans:
            if span["label"] in labels:
                note = f" ({span['note']})" if span.get("note") else ""
                where = f"{letters[span['slot']]} {span['start']:,} to {span['end']:,}"
                told.append(f"{where}: {labels[span['label']]}{note}")
        return "; ".join(told)


KEPT = ("start", "end", "label", "note")


def labels_of(question: Question) -> set[str]:
    return {each["value"] for each in question["categories"]}


def _order(span: Mapping[str, Any]) -> tuple[int, int, int, str, str]:
    return (span["slot"], span["start"], span["end"], span["label"], span.get("note", ""))


def _marks(question: Question, fields: Fields) -> list[Mapping[str, Any]]:
    """Raises BadAnswer where the field holds no list of marks."""
    value = first(fields, question["id"])
    if not value.strip():
        return []
    if len(value) > LONGEST_FIELD:
        raise BadAnswer(DAMAGED, question["id"])
    try:
        marks = json.loads(value)
    except (ValueError, RecursionError):
        raise BadAnswer(DAMAGED, question["id"]) from None
    if not isinstance(marks, list) or not all(isinstance(mark, Mapping) for mark in marks):
        raise BadAnswer(DAMAGED, question["id"])
    if len(marks) > MOST_SPANS:
        raise BadAnswer(f"There are {len(marks):,} marks. Keep at most {MOST_SPANS}.", question["id"])
    return marks


def _readable(question: Question, fields: Fields) -> list[Mapping[str, Any]]:
    try:
        return _marks(question, fields)
    except BadAnswer:
        return []


def _span(question: Question, mark: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
    place: Any = mark.get("place")
    start: Any = mark.get("start")
    end: Any = mark.get("end")
    label, note = mark.get("label"), mark.get("note") or ""
    if not (is_whole(place) and is_whole(start) and is_whole(end)) or not isinstance(note, str):
        raise BadAnswer(DAMAGED, question["id"])
    if not isinstance(label, str) or label not in labels_of(question) or not 0 <= place < shown.k:
        raise BadAnswer(NO_SUCH, question["id"])
    slot = shown.order[place]
    text = _text_in(shown, slot)
    if text is None:
        raise BadAnswer(f"{shown.letters[place]} is a conversation and cannot be marked.", question["id"])
    if not 0 <= start < end <= len(text):
        raise BadAnswer(f"A mark does not lie inside {shown.letters[place]}. Mark it again.", question["id"])
    note = written(note, question["id"], LONGEST_NOTE, "note").strip()
    return {"slot": slot, "start": start, "end": end, "label": label, **({"note": note} if note else {})}


def _text_in(shown: Shown, slot: int) -> str | None:
    return shown.texts[slot] if slot < len(shown.texts) else None
