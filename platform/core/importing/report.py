"""What an import leaves behind: a report, and the refused lines beside it where there are any."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from core.importing.reading import Refused
from core.importing.service import Imported

SHOWN = 10


class Rejects:
    """Refused lines, written as they come; `first` are the ones to show. Without a path nothing is written."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.first: list[Refused] = []
        self._file: TextIO | None = None

    def __call__(self, refused: Refused) -> None:
        if len(self.first) < SHOWN:
            self.first.append(refused)
        if self.path is not None:
            self._file = self._file or self.path.open("w", encoding="utf-8")
            row = {"line": refused.number, "reason": refused.reason, "raw": refused.raw}
            self._file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def close(self) -> Path | None:
        """The path, where something was written."""
        if self._file is None:
            return None
        self._file.close()
        return self.path


def report_of(source: str, imported: Imported, rejects: Path | None) -> dict[str, Any]:
    """The report as JSON-ready values."""
    return {
        "file": source,
        "layout": imported.layout,
        "lines": imported.lines,
        "refused": imported.refused,
        "rejects": None if rejects is None else str(rejects),
        "added": {name: value for name, value in asdict(imported.loaded).items() if name not in ("notes", "noted")},
        "members": imported.members,
        "noted": imported.loaded.noted,
        "notes": [{"line": line, "note": sentence} for line, sentence in imported.loaded.notes],
    }
