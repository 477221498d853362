"""TRL's implicit preference rows: `chosen` and `rejected` are whole conversations, and the prompt is what they share.

Nobody is named as the one who chose: the judge is "trl", taken for a person unless `--map kind=ai` says otherwise.
"""

from collections.abc import Mapping
from typing import Any

from core.importing.layouts.pairs import leftovers, pair, parted, whole

NAME = "trl_implicit"
JUDGE = "trl"


def recognises(columns: frozenset[str], row: dict[str, Any]) -> bool:
    return (
        columns >= {"chosen", "rejected"}
        and "prompt" not in columns
        and isinstance(row["chosen"], list)
        and isinstance(row["rejected"], list)
    )


def read(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    prompt, chosen, rejected = parted(whole(row, "chosen"), whole(row, "rejected"))
    line = pair(prompt, chosen, rejected, judge=JUDGE, kind=mapping.get("kind", "human"))
    line["metadata"] = leftovers(row, ("chosen", "rejected", "system"))
    if row.get("system") is not None:
        line["system"] = row["system"]
    return line
