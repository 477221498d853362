"""What the beginning of a file would become, without importing anything: a bounded look, whatever the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from core.importing.decoding import row_from
from core.importing.interchange import RefusedFile, RefusedLine
from core.importing.limits import MIB
from core.importing.opening import Raw, opened
from core.importing.reading import NOTHING, Good, Reading, Refused, read

RECORDS = 200
BYTES = 4 * MIB
GOOD_SHOWN = 5
REFUSED_SHOWN = 20
COLUMNS_SHOWN = 100
SAMPLES = 3
LONGEST_SAMPLE = 80


@dataclass(slots=True)
class Column:
    """A column of a table, or a key of JSON objects, with how some of its values begin."""

    name: str
    samples: list[str] = field(default_factory=list)

    def show(self, value: Any) -> None:
        if value in (None, "", [], {}) or len(self.samples) >= SAMPLES:
            return
        text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode(errors="replace")
        cut = " ".join(text[: 4 * LONGEST_SAMPLE].split())
        sample = cut if len(cut) <= LONGEST_SAMPLE else f"{cut[:LONGEST_SAMPLE]}…"
        if sample not in self.samples:
            self.samples.append(sample)


@dataclass(slots=True)
class Preview:
    """`layout` is empty where none was recognised, `problem` says why the file cannot be read at all.

    `seen` records were looked at, of which `refused` would not go in; `lines` is how many the file has, by its size
    where neither `is_whole` says that all of them were seen nor `is_counted` that the file says it itself.
    """

    kind: str = ""
    layout: str = ""
    problem: str = ""
    seen: int = 0
    good: list[Good] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    good_count: int = 0
    is_whole: bool = False
    is_counted: bool = False
    lines: int | None = None
    columns: list[Column] = field(default_factory=list)
    columns_left: int = 0

    @property
    def refused_count(self) -> int:
        return self.seen - self.good_count


def preview(path: Path, called: str, mapping: Mapping[str, str] = NOTHING) -> Preview:
    """A look at the first records, at most RECORDS of them or BYTES unpacked bytes."""
    found = Preview()
    try:
        _look_at_columns(found, path, called)
        _look_at_lines(found, read(path, mapping=mapping, called=called, most=BYTES))
    except RefusedFile as refused:
        found.problem = str(refused)
    except OSError as error:
        found.problem = f"{called} cannot be read: {error.strerror}. Send the file again."
    return found


def _look_at_lines(found: Preview, reading: Reading) -> None:
    parsed = 0.0
    items = iter(reading)
    for item in items:
        if reading.opened.head and reading.opened.head.is_over:
            parsed = reading.opened.bytes_parsed  # one record at least was longer than what is left
            break
        found.seen += 1
        parsed = reading.opened.bytes_parsed if reading.opened.table is None else 0
        _keep(found, item)
        if found.seen >= RECORDS:
            break
    else:
        found.is_whole = True
    found.layout = reading.layout
    found.lines = _lines(found, reading, parsed)
    items.close()  # type: ignore[attr-defined]


def _keep(found: Preview, item: Good | Refused) -> None:
    if isinstance(item, Good):
        found.good_count += 1
        if len(found.good) < GOOD_SHOWN:
            found.good.append(item)
    elif len(found.refused) < REFUSED_SHOWN:
        found.refused.append(item)


def _lines(found: Preview, reading: Reading, parsed: float) -> int | None:
    if found.is_whole:
        return found.seen
    if reading.opened.table is not None:
        found.is_counted = True
        return reading.opened.table.total
    if not parsed or reading.bytes_total is None:
        return None
    estimate = round(found.seen * reading.bytes_total / parsed)
    digits: int = 10 ** max(0, len(str(estimate)) - 2)
    return max(found.seen, round(estimate / digits) * digits)


def _look_at_columns(found: Preview, path: Path, called: str) -> None:
    columns: dict[str, Column] = {}
    left: set[str] = set()
    with opened(path, called=called, most=BYTES) as file:
        found.kind = file.kind
        for place, (_, raw) in enumerate(file.records):
            for name, value in _row(raw).items():
                if name not in columns and len(columns) >= COLUMNS_SHOWN:
                    left.add(name)
                else:
                    columns.setdefault(name, Column(name)).show(value)
            if place >= GOOD_SHOWN * SAMPLES:
                break
        file.records.close()  # type: ignore[attr-defined]
    found.columns, found.columns_left = list(columns.values()), len(left)


def _row(raw: Raw) -> Mapping[str, Any]:
    if isinstance(raw, bytes):
        try:
            return row_from(raw)
        except RefusedLine:
            return NOTHING
    return NOTHING if isinstance(raw, RefusedLine) else raw
