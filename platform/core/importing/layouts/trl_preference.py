"""TRL's explicit preference rows: `prompt`, `chosen`, `rejected`, each a text or a list of messages.

Nobody is named as the one who chose: the judge is "trl", taken for a person unless `--map kind=ai` says otherwise.
`system` is the prompt's; `score_chosen` and `score_rejected` become the responses' metadata `score`; every other
column, `margin` among them, becomes the prompt's metadata.
"""

from collections.abc import Mapping
from typing import Any

from core.importing.interchange import Messages, RefusedLine, Text
from core.importing.layouts.pairs import leftovers, pair, parted, whole
from core.importing.messages import conversation

NAME = "trl_preference"
JUDGE = "trl"
SIDES = ("chosen", "rejected")
USED = ("prompt", "system", *SIDES, "score_chosen", "score_rejected")


def recognises(columns: frozenset[str], row: dict[str, Any]) -> bool:
    return columns >= {"prompt", *SIDES}


def read(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    prompt, chosen, rejected = _parts(row)
    line = pair(prompt, chosen, rejected, judge=JUDGE, kind=mapping.get("kind", "human"))
    line["metadata"] = leftovers(row, USED)
    if row.get("system") is not None:
        line["system"] = row["system"]
    for response in line["responses"]:
        if (score := row.get(f"score_{response['id']}")) is not None:
            response["metadata"] = {"score": score}
    return line


def _parts(row: dict[str, Any]) -> tuple[Text | Messages, Text | Messages, Text | Messages]:
    if all(_opens_with_prompt(row[side]) for side in SIDES):
        return parted(whole(row, "chosen"), whole(row, "rejected"))
    prompt, chosen, rejected = (_content(row, column) for column in ("prompt", *SIDES))
    return prompt, chosen, rejected


def _opens_with_prompt(value: Any) -> bool:
    """Some files of this layout repeat the prompt's turns in each side."""
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and first.get("role") in ("system", "user")


def _content(row: dict[str, Any], column: str) -> Text | Messages:
    value = row.get(column)
    if value is None:
        raise RefusedLine(f"{column}: is missing.")
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return conversation(value, column)
    raise RefusedLine(f"{column}: expected text or a list of messages.")
