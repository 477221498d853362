"""Label Studio's JSON export: tasks with their data, annotations and predictions.

Annotators are judges of the kind human, named by their e-mail address; ground truth is gold; predictions are by the
model that their version names, of the kind ai. docs/label-studio.md says what becomes of each control.
"""

from collections.abc import Mapping
from typing import Any

from core.importing.interchange import RefusedLine
from core.importing.label_studio.tasks import line_of

NAME = "label_studio"
SHORT = frozenset({"annotation_id", "annotator", "lead_time"})
OF_A_TASK = frozenset(
    {"id", "data", "meta", "annotations", "predictions", "drafts", "created_at", "updated_at", "inner_id", "project"}
)


def recognises(columns: frozenset[str], row: dict[str, Any]) -> bool:
    if "data" in columns:
        return bool(columns & {"annotations", "predictions"}) or (
            columns <= OF_A_TASK and isinstance(row["data"], dict)
        )
    return columns >= SHORT


def read(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    if "data" not in row:
        raise RefusedLine("This is Label Studio's short export (JSON-MIN), which leaves out too much. Export JSON.")
    return line_of(row, mapping)
