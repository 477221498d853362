"""UltraFeedback, binarized: `chosen` and `rejected` are conversations, each with a score by a model.

The judge is "ultrafeedback", of the kind ai; the scores are those of the scorer "ultrafeedback". Columns that name the
models, in either spelling that is in use, become the responses' authors.
"""

from collections.abc import Mapping
from typing import Any

from core.importing.interchange import RefusedLine
from core.importing.layouts.pairs import leftovers, pair, parted, whole

NAME = "ultrafeedback"
JUDGE = "ultrafeedback"
SCORES = {side: (f"score_{side}", f"{side}_rating", f"{side}-rating") for side in ("chosen", "rejected")}
MODELS = {side: (f"{side}_model", f"{side}-model") for side in ("chosen", "rejected")}
USED = {"prompt", "chosen", "rejected", "messages", *sum(SCORES.values(), ()), *sum(MODELS.values(), ())}


def recognises(columns: frozenset[str], row: dict[str, Any]) -> bool:
    scored = all(columns & set(names) for names in SCORES.values())
    conversations = isinstance(row.get("chosen"), list) and isinstance(row.get("rejected"), list)
    return columns >= {"prompt", "chosen", "rejected"} and scored and conversations


def read(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    prompt, chosen, rejected = parted(whole(row, "chosen"), whole(row, "rejected"))
    line = pair(prompt, chosen, rejected, judge=JUDGE, kind=mapping.get("kind", "ai"))
    line["metadata"] = leftovers(row, USED)
    line["scores"] = []
    for response in line["responses"]:
        side = response["id"]
        response["model"] = _first_of(row, MODELS[side])
        if (score := _first_of(row, SCORES[side])) is not None:
            line["scores"].append({"scorer": JUDGE, "response": side, "value": _number(score, side)})
    return line


def _first_of(row: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _number(score: Any, side: str) -> float:
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise RefusedLine(f"{side}: its score must be a number.")
    return float(score)
