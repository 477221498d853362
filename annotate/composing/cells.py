"""A question as a form holds it: text in named cells, whether it fits or not. Knows nothing of Django.

Each kind has a few controls. A control writes its part of a question into cells and reads it back from them.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Question = Mapping[str, Any]
# What the form holds about one question: under each name its values.
Cells = dict[str, list[str]]
# What cannot be read, by the name of its cell.
Errors = dict[str, str]

LONGEST_NAME = 40
MOST_STRENGTHS = 3
NUMBER = re.compile(r"-?[0-9]{1,6}")


class Control(Protocol):
    """`name` is the cell that holds it, `type` the template that shows it, `about` a sentence below it."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def about(self) -> str: ...

    def write(self, question: Question) -> Cells: ...

    def read(self, cells: Cells, errors: Errors) -> dict[str, Any]:
        """The keys of the question that it is about; what is empty is None, and left out of a question."""


def first(cells: Mapping[str, Sequence[str]], name: str) -> str:
    """The only value of the cell on one line, or nothing."""
    return " ".join(next(iter(cells.get(name, ())), "").split())


def slug_of(text: str, otherwise: str = "") -> str:
    """A name for the data, made of what people read: letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_NAME].strip("_")
    return name if name[:1].isalpha() else otherwise


def unused(name: str, taken: Iterable[str]) -> str:
    """The name, or with a number behind it where it is taken."""
    others, number, found = set(taken), 2, name
    while found in others:
        found = f"{name[: LONGEST_NAME - 3].rstrip('_')}_{number}"
        number += 1
    return found


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    label: str
    about: str = ""
    type: str = "line"

    def write(self, question: Question) -> Cells:
        text = str(question.get(self.name) or "")
        return {self.name: [text]} if text else {}

    def read(self, cells: Cells, errors: Errors) -> dict[str, Any]:
        return {self.name: first(cells, self.name) or None}


@dataclass(frozen=True, slots=True)
class Flag:
    name: str
    label: str
    about: str = ""
    type: str = "flag"

    def write(self, question: Question) -> Cells:
        return {self.name: ["on"]} if question.get(self.name) else {}

    def read(self, cells: Cells, errors: Errors) -> dict[str, Any]:
        return {self.name: bool(first(cells, self.name)) or None}


@dataclass(frozen=True, slots=True)
class Number:
    name: str
    label: str
    about: str = ""
    type: str = "number"

    def write(self, question: Question) -> Cells:
        number = question.get(self.name)
        return {} if number is None else {self.name: [str(number)]}

    def read(self, cells: Cells, errors: Errors) -> dict[str, Any]:
        text = first(cells, self.name)
        if text and not NUMBER.fullmatch(text):
            errors[self.name] = f"“{text[:20]}” is no whole number. Write one like 5."
            return {self.name: None}
        return {self.name: int(text) if text else None}


@dataclass(frozen=True, slots=True)
class Words:
    """One word or phrase a line."""

    name: str
    label: str
    about: str = ""
    type: str = "lines"

    def write(self, question: Question) -> Cells:
        words = [" ".join(str(word).split()) for word in question.get(self.name) or []]
        return {self.name: ["\n".join(words)]} if words else {}

    def read(self, cells: Cells, errors: Errors) -> dict[str, Any]:
        return {self.name: lines_of(cells, self.name) or None}


@dataclass(frozen=True, slots=True)
class Named:
    """One thing a line: what people read, or `name = what people read` where the data call it otherwise."""

    name: str
    key: str
    label: str
    about: str = ""
    type: str = "lines"

    def write(self, question: Question) -> Cells:
        lines = [_line_of(str(each.get(self.key, "")), str(each.get("text", ""))) for each in _maps(question, self)]
        return {self.name: ["\n".join(lines)]} if lines else {}

    def read(self, cells: Cells, errors: Errors) -> dict[str, Any]:
        found: list[dict[str, str]] = []
        for number, line in enumerate(lines_of(cells, self.name), start=1):
            name, text = _named(line)
            name = name or unused(slug_of(text, f"{self.key}_{number}"), (each[self.key] for each in found))
            found.append({self.key: name, "text": text})
        return {self.name: found or None}


@dataclass(frozen=True, slots=True)
class Points:
    """2 to 7 points as one choice: so many words of strength on either side, with a tie between them or without."""

    name: str = "points"
    label: str = "Points"
    about: str = ""
    type: str = "points"

    def write(self, question: Question) -> Cells:
        words = [str(word) for word in question.get("strengths") or []][:MOST_STRENGTHS]
        cells = {f"strength_{number}": [word] for number, word in enumerate(words, start=1)}
        return {"points": [str(2 * max(len(words), 1) + bool(question.get("tie")))], **cells}

    def read(self, cells: Cells, errors: Errors) -> dict[str, Any]:
        said = first(cells, "points")
        points = int(said) if re.fullmatch("[2-7]", said) else 7
        words = [first(cells, f"strength_{number}") for number in range(1, points // 2 + 1)]
        return {"strengths": words, "tie": points % 2 == 1 or None}


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is rated, each with a sentence for some or all of the points."""

    name: str = "attributes"
    label: str = "What is rated"
    about: str = ""
    type: str = "attributes"

    def write(self, question: Question) -> Cells:
        cells: Cells = {}
        for number, each in enumerate(_maps(question, self)):
            anchors = each.get("anchors") or {}
            lines = [f"{point} = {' '.join(str(anchors[point]).split())}" for point in sorted(anchors, key=_as_number)]
            cells |= {
                f"a{number}.text": [str(each.get("text") or "")],
                f"a{number}.name": [str(each.get("name", ""))],
                f"a{number}.anchors": ["\n".join(lines)],
            }
        return cells

    def read(self, cells: Cells, errors: Errors) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        for number in attribute_numbers(cells):
            text, name = first(cells, f"a{number}.text"), first(cells, f"a{number}.name")
            anchors = _anchors(cells, f"a{number}.anchors", errors)
            name = name or unused(slug_of(text, f"attribute_{number + 1}"), (each["name"] for each in found))
            found.append(
                {"name": name, **({"text": text} if text else {}), **({"anchors": anchors} if anchors else {})}
            )
        return {self.name: found or None}


def attribute_numbers(cells: Mapping[str, Sequence[str]]) -> list[int]:
    """Those of the attributes of which the form holds something, in their order."""
    found = (re.fullmatch(r"a([0-9]{1,3})\.(?:text|name|anchors)", name) for name in cells)
    return sorted({int(each[1]) for each in found if each})


def lines_of(cells: Mapping[str, Sequence[str]], name: str) -> list[str]:
    """The lines of a cell that say something."""
    text = next(iter(cells.get(name, ())), "")
    return [line for each in text.splitlines() if (line := " ".join(each.split()))]


def _line_of(name: str, text: str) -> str:
    name, text = " ".join(name.split()), " ".join(text.split())
    return text if text and "=" not in text and slug_of(text) == name else f"{name} = {text}"


def _named(line: str) -> tuple[str, str]:
    name, is_named, text = line.partition("=")
    return (name.strip(), text.strip()) if is_named else ("", line)


def _anchors(cells: Cells, name: str, errors: Errors) -> dict[str, str]:
    found = {}
    for line in lines_of(cells, name):
        point, text = _named(line)
        if not NUMBER.fullmatch(point):
            errors[name] = f"“{line[:40]}” begins with no point. Write a line like “4 = Helpful in every respect”."
        else:
            found[str(int(point))] = text
    return found


def _maps(question: Question, control: Control) -> list[Mapping[str, Any]]:
    return [each for each in question.get(control.name) or [] if isinstance(each, Mapping)]


def _as_number(point: object) -> tuple[int, str]:
    text = str(point)
    return (int(text) if NUMBER.fullmatch(text) else 0, text)
