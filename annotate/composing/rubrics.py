"""The criteria of a project's rubric as questions for people: ratings on its scales, or yes, partly and no."""

from collections.abc import Mapping, Sequence
from typing import Any

from annotate.composing.cells import slug_of, unused

LONGEST_TEXT = 300
LONGEST_ANCHOR = 200
Criterion = Mapping[str, Any]


def as_rating(name: str, criteria: Sequence[Criterion]) -> list[dict[str, Any]]:
    """One question a scale, in the order in which the scales come first."""
    scales = list(dict.fromkeys((each["lowest"], each["highest"]) for each in criteria))
    names = _names(criteria)
    questions: list[dict[str, Any]] = []
    for lowest, highest in scales:
        attributes = [
            _attribute(called, each)
            for called, each in zip(names, criteria, strict=True)
            if (each["lowest"], each["highest"]) == (lowest, highest)
        ]
        questions.append(
            {
                "id": unused(slug_of(name, "rubric"), [each["id"] for each in questions]),
                "kind": "rating",
                "text": "How good is each answer?",
                "attributes": attributes,
                "lowest": lowest,
                "highest": highest,
            }
        )
    return questions


def as_rubric(name: str, criteria: Sequence[Criterion]) -> list[dict[str, Any]]:
    named = [{"name": called, "text": _text(each)} for called, each in zip(_names(criteria), criteria, strict=True)]
    text = "What holds of each answer?"
    return [{"id": slug_of(name, "rubric"), "kind": "rubric", "text": text, "criteria": named, "partly": True}]


def _names(criteria: Sequence[Criterion]) -> list[str]:
    names: list[str] = []
    for number, each in enumerate(criteria, start=1):
        names.append(unused(slug_of(str(each["name"]), f"criterion_{number}"), names))
    return names


def _attribute(name: str, criterion: Criterion) -> dict[str, Any]:
    anchors = {str(point): _line(text, LONGEST_ANCHOR) for point, text in (criterion.get("anchors") or {}).items()}
    return {"name": name, "text": _text(criterion), **({"anchors": anchors} if anchors else {})}


def _text(criterion: Criterion) -> str:
    description = str(criterion.get("description") or "")
    return _line(f"{criterion['name']}: {description}" if description else str(criterion["name"]), LONGEST_TEXT)


def _line(text: str, longest: int) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
