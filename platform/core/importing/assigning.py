"""A mapping as a form says it: for each column what it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.importing.layouts import mapped
from core.importing.preview import Column

NUMBERED = 8
TARGETS: dict[str, str] = {
    "prompt": "Prompt",
    "system": "System text",
    "reference": "Reference answer",
    "response": "Response",
    **{f"response_{n}": f"Response {n}" for n in range(1, NUMBERED + 1)},
    "chosen": "Chosen response",
    "rejected": "Rejected response",
    "model": "Model of the response",
    **{f"model_{n}": f"Model of response {n}" for n in range(1, NUMBERED + 1)},
    "model_chosen": "Model of the chosen one",
    "model_rejected": "Model of the rejected one",
    "preference": "Preference, above 0 for response 1",
    "judge": "Judge",
    "tags": "Tags",
}
METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Assigned:
    """A column with the target that is chosen for it, empty for none; `error` says why it cannot be."""

    at: int
    column: Column
    target: str
    is_own: bool
    error: str = ""

    @property
    def choices(self) -> dict[str, str]:
        return targets_for(self.column.name)

    @property
    def field(self) -> str:
        return f"column-{self.at}"


def targets_for(column: str) -> dict[str, str]:
    """What a column may be: metadata only where its name can stand in a target."""
    own = {METADATA: "Metadata"} if mapped.is_target(f"{METADATA}.{column}") else {}
    return TARGETS | own


def assigned(columns: Sequence[Column], sent: Mapping[str, str]) -> list[Assigned]:
    """Each column as it was sent, or as it came."""
    rows: list[Assigned] = []
    taken: dict[str, str] = {}
    for at, column in enumerate(columns):
        target = sent.get(f"column-{at}", "")
        error = ""
        if target and target not in targets_for(column.name):
            target = ""
        if target and target != METADATA and target in taken:
            error = f"{taken[target]} and {column.name} are both “{TARGETS[target]}”. Choose another for one of them."
        elif target:
            taken[target] = column.name
        rows.append(Assigned(at, column, target, mapped.is_target(column.name), error))
    return rows


def mapping_of(rows: Sequence[Assigned], words: Mapping[str, str]) -> dict[str, str]:
    """Columns by target, with the words that were chosen."""
    columns = {
        f"{METADATA}.{row.column.name}" if row.target == METADATA else row.target: row.column.name
        for row in rows
        if row.target and not row.error
    }
    return columns | {name: value for name, value in words.items() if value}
