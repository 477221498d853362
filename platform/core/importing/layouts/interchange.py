"""Preferee's own format. Lines of JSON are decoded straight into its shapes; this reads rows that came another way."""

from collections.abc import Mapping
from typing import Any

from core.importing.interchange import Line

NAME = "interchange"
FIELDS = frozenset(Line.__struct_fields__)
OWN_FIELDS = frozenset({"responses", "comparisons", "scores", "judgments", "contexts"})


def recognises(columns: frozenset[str], row: dict[str, Any]) -> bool:
    """A field that only this format has is enough, so that a misspelt one beside it is named and not skipped."""
    if "prompt" not in columns or isinstance(row.get("tags"), str):
        return False
    return columns <= FIELDS or bool(columns & OWN_FIELDS)


def read(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
