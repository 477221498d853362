"""Rows of any shape, whose columns the person names: `--map prompt=question --map response_1=answer_a`.

A column already called like its target needs no naming. Columns that are no target are left out, except through
`metadata.NAME`. The judge is the column `judge`, else "mapped"; the kind is "human" unless `--map kind=ai` says
otherwise, and `--map scale=3` says how many points a side `preference` has.
"""

import re
from collections.abc import Mapping
from typing import Any

from core.importing.interchange import RefusedLine
from core.importing.layouts.pairs import pair

NAME = "mapped"
JUDGE = "mapped"
TARGET = re.compile(
    r"prompt|system|reference|response(?:_[1-9]\d?)?|chosen|rejected|model(?:_(?:[1-9]\d?|chosen|rejected))?"
    r"|preference|judge|tags|metadata\.[^.].*"
)
WORDS = ("kind", "scale")
VERDICTS = {"first": 1, "second": -1, "tie": 0, "both_bad": 0}


def is_target(name: str) -> bool:
    return TARGET.fullmatch(name) is not None


def recognises(columns: frozenset[str], row: dict[str, Any]) -> bool:
    return "prompt" in columns and len(columns) > 1 and all(map(is_target, columns))


def read(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    values = _values(row, mapping)
    line = _pair(values, mapping) if "chosen" in values or "rejected" in values else _responses(values, mapping)
    for name in ("system", "reference"):
        if name in values:
            line[name] = values[name]
    line["metadata"] = {
        name.removeprefix("metadata."): value for name, value in values.items() if name.startswith("metadata.")
    }
    line["tags"] = _tags(values.get("tags"))
    return line


def _values(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """What the row holds, by target; what is empty is left out."""
    columns = {name: name for name in row if is_target(name) and name not in mapping.values()}
    columns |= {target: column for target, column in mapping.items() if target not in WORDS}
    if missing := [column for column in columns.values() if column not in row]:
        raise RefusedLine(f"There is no column {', '.join(map(repr, missing))}.")
    values = {target: row[column] for target, column in columns.items() if row[column] is not None}
    if "prompt" not in values:
        raise RefusedLine(f"{columns.get('prompt', 'prompt')}: the row has no prompt; name it by --map prompt=COLUMN.")
    return values


def _pair(values: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    if missing := {"chosen", "rejected"} - values.keys():
        raise RefusedLine(f"{missing.pop()}: is empty, but the other side is not.")
    if any(name == "preference" or name.startswith("response") for name in values):
        raise RefusedLine("chosen, rejected: cannot stand beside responses or a preference in one row.")
    line = pair(
        values["prompt"],
        values["chosen"],
        values["rejected"],
        judge=values.get("judge", JUDGE),
        kind=mapping.get("kind", "human"),
    )
    for response in line["responses"]:
        response["model"] = values.get(f"model_{response['id']}")
    return line


def _responses(values: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    if "response" in values and any(name.startswith("response_") for name in values):
        raise RefusedLine("response: cannot stand beside numbered responses in one row.")
    places = sorted(int(name[9:]) for name in values if name.startswith("response_"))
    names = [f"response_{place}" for place in places] or ["response"] * ("response" in values)
    responses = [
        {"id": name, "content": values[name], "model": values.get(name.replace("response", "model"))} for name in names
    ]
    line: dict[str, Any] = {"prompt": values["prompt"], "responses": responses}
    if "preference" in values:
        line["judgments"] = [{**_verdict(values, mapping), "responses": names}]
    return line


def _verdict(values: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    if not {"response_1", "response_2"} <= values.keys():
        raise RefusedLine("preference: is between response_1 and response_2, and the row has not both.")
    preference = values["preference"]
    verdict = {
        "judge": values.get("judge", JUDGE),
        "kind": mapping.get("kind", "human"),
        "preference": _preference(preference),
        "both_bad": preference == "both_bad",
    }
    return verdict | ({"scale": int(mapping["scale"])} if "scale" in mapping else {})


def _preference(value: Any) -> int:
    if isinstance(value, str) and value in VERDICTS:
        return VERDICTS[value]
    try:
        number = float(value)
        if number != int(number) or isinstance(value, bool):
            raise ValueError
    except (TypeError, ValueError, OverflowError) as error:
        raise RefusedLine(
            f"preference: expected a whole number, more than 0 where response_1 is better, or {', '.join(VERDICTS)}."
        ) from error
    return int(number)


def _tags(value: Any) -> Any:
    if isinstance(value, str):
        return [tag for part in value.split(",") if (tag := part.strip())]
    return value or []
