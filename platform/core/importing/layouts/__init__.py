"""The layouts of files that Preferee reads, in the order in which they are tried on a file's first record."""

from collections.abc import Mapping
from typing import Any, Protocol

from core.importing.interchange import RefusedLine
from core.importing.layouts import (
    fastchat,
    helpsteer2,
    hh_rlhf,
    interchange,
    label_studio,
    mapped,
    prompts,
    trl_implicit,
    trl_preference,
    ultrafeedback,
)

Row = dict[str, Any]


class Layout(Protocol):
    """One layout. `read` turns a row into a dictionary in the shape of the interchange format, or raises RefusedLine.

    `mapping` is what `--map` said: columns by target for `mapped`, and for every layout the words `kind` and `scale`.
    """

    NAME: str

    def recognises(self, columns: frozenset[str], row: Row) -> bool: ...

    def read(self, row: Row, mapping: Mapping[str, str]) -> Row: ...


LAYOUTS: tuple[Layout, ...] = (
    interchange,
    label_studio,
    helpsteer2,
    fastchat,
    ultrafeedback,
    trl_preference,
    trl_implicit,
    hh_rlhf,
    mapped,
    prompts,
)


def recognise(row: Row) -> Layout:
    """The first layout that knows the columns of `row`. Raises RefusedLine when none does."""
    columns = frozenset(row)
    for layout in LAYOUTS:
        if layout.recognises(columns, row):
            return layout
    raise RefusedLine(
        f"No layout has the columns {listed(columns)}. Say what they are, such as --map prompt=COLUMN; "
        "docs/import.md lists the layouts and targets."
    )


def listed(columns: frozenset[str]) -> str:
    """Column names for a sentence, not all of very many."""
    most, longest = 20, 60
    names = [name if len(name) <= longest else f"{name[:longest]}…" for name in sorted(columns)[:most]]
    return ", ".join(names or ["(none)"]) + (", …" if len(columns) > most else "")
