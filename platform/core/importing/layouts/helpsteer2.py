"""HelpSteer2, both files: five ratings of one response, and preferences between two.

The judge is "helpsteer2", of the kind human. In the file a negative `preference_strength` means that response 1 is
better (-3 much, -1 slightly); Preferee counts the other way round, on the same three points a side. Prompts of several
turns are written with markers, which become messages.
"""

import re
from collections.abc import Mapping
from typing import Any

from core.importing.interchange import Messages, RefusedLine, Text
from core.importing.layouts.pairs import leftovers, text_in

NAME = "helpsteer2"
JUDGE = "helpsteer2"
ATTRIBUTES = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")
POINTS_A_SIDE = 3
RATED = ("prompt", "response", *ATTRIBUTES)
PREFERRED = ("prompt", "response_1", "response_2", "preference_strength", "preference_statement")
TURN = re.compile(r"\n?<extra_id_1>(User|Assistant)\n")


def recognises(columns: frozenset[str], row: dict[str, Any]) -> bool:
    return columns >= set(RATED) or columns >= set(PREFERRED[:4])


def read(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    kind = mapping.get("kind", "human")
    return _preferred(row, kind) if "preference_strength" in row else _rated(row, kind)


def _rated(row: dict[str, Any], kind: str) -> dict[str, Any]:
    ratings = {name: row[name] for name in ATTRIBUTES if row.get(name) is not None}
    return {
        "prompt": _prompt(row),
        "metadata": leftovers(row, RATED),
        "responses": [{"id": "response", "content": text_in(row, "response")}],
        "judgments": [
            {"judge": JUDGE, "kind": kind, "responses": ["response"], "ratings": {"response": ratings}},
        ],
    }


def _preferred(row: dict[str, Any], kind: str) -> dict[str, Any]:
    strength = row["preference_strength"]
    if not isinstance(strength, int) or isinstance(strength, bool) or abs(strength) > POINTS_A_SIDE:
        raise RefusedLine(f"preference_strength: expected a whole number from -{POINTS_A_SIDE} to {POINTS_A_SIDE}.")
    statement = row.get("preference_statement")
    return {
        "prompt": _prompt(row),
        "metadata": leftovers(row, PREFERRED),
        "responses": [{"id": side, "content": text_in(row, side)} for side in ("response_1", "response_2")],
        "judgments": [
            {
                "judge": JUDGE,
                "kind": kind,
                "responses": ["response_1", "response_2"],
                "preference": -strength,
                "scale": POINTS_A_SIDE,
                "rationale": "" if statement is None else statement,
            }
        ],
    }


def _prompt(row: dict[str, Any]) -> Text | Messages:
    first, *rest = TURN.split(text_in(row, "prompt"))
    if not rest:
        return first
    turns = [{"role": "user", "content": first}]
    turns += [{"role": role.lower(), "content": text} for role, text in zip(rest[::2], rest[1::2], strict=True)]
    return turns
