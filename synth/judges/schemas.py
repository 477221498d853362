"""What a reply in JSON must look like, as JSON schemas that servers hold a model to."""

from collections.abc import Mapping, Sequence
from typing import Any

from synth.judges.criteria import Criterion

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
# A list of what is allowed is understood by more servers than bounds are.
LONGEST_LIST = 200


def one_of(verdicts: Sequence[str]) -> Schema:
    return _object({"explanation": TEXT, "verdict": {"type": "string", "enum": list(verdicts)}})


def ratings(criteria: Sequence[Criterion]) -> Schema:
    given = {each.name: whole_number(each.lowest, each.highest) for each in criteria}
    return _object({"explanation": TEXT, "scores": _object(given)})


def ranking(letters: Sequence[str]) -> Schema:
    place = {"type": "array", "items": {"type": "string", "enum": list(letters)}}
    return _object({"explanation": TEXT, "ranking": {"type": "array", "items": place}})


def principles(letters: Sequence[str], lowest: int, highest: int) -> Schema:
    given = {letter: whole_number(lowest, highest) for letter in letters}
    return _object({"principles": {"type": "array", "items": TEXT}, "explanation": TEXT, "scores": _object(given)})


def whole_number(lowest: int, highest: int) -> Schema:
    if highest - lowest < LONGEST_LIST:
        return {"type": "integer", "enum": list(range(lowest, highest + 1))}
    return {"type": "integer", "minimum": lowest, "maximum": highest}


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
