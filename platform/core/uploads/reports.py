"""What came of an upload: the report of its import, and the refused lines beside it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from core.errors import PrefereeError
from core.importing.files import FileImport, reports_of
from core.models import Project, Upload
from core.uploads.places import place_of

LONGEST_LINE = 2**16  # bytes of a line of the rejects file: 2,000 characters and a reason are far less


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole file on this machine."""

    path: Path
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Reject:
    number: int
    reason: str
    raw: str


def arrived(project: Project, public: UUID) -> Arrived:
    """The file of this upload. Raises PrefereeError where it is another project's, not whole, or not here."""
    upload = Upload.objects.filter(project=project, public=public).first()
    if upload is None or not upload.is_whole:
        raise PrefereeError("The file is not there whole any more. Send it again on the page Import.")
    path = place_of(public)
    if not path.is_file():
        raise PrefereeError(
            f"The bytes of {upload.name} are not on the machine of this worker: they were removed after an import, or "
            "the web server has another folder uploads in its PREFEREE_HOME. Send the file again, or share the folder."
        )
    return Arrived(path, upload.name, upload.size)


def keep_report(project: Project, public: UUID, done: FileImport) -> None:
    Upload.objects.filter(project=project, public=public).update(report=done.report)


def report_of(upload: Upload) -> dict[str, Any]:
    """What came of its import; empty while there is nothing to say.

    The report of an import that was taken back, because of strict, lies on the disk alone.
    """
    if upload.report or upload.run is None or not upload.run.is_over:
        return dict(upload.report)
    try:
        found = json.loads((reports_of(upload.project) / f"{upload.public}.report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def rejects_file(upload: Upload) -> Path:
    """The refused lines. Its path is made from ids of ours, never read from anywhere."""
    return reports_of(upload.project) / f"{upload.public}.rejects.jsonl"


def rejects_from(path: Path, offset: int, most: int) -> tuple[list[Reject], int | None]:
    """Refused lines from a byte of the file on, and where the next ones begin, None at the end."""
    try:
        with path.open("rb") as file:
            file.seek(min(offset, path.stat().st_size))
            rows = list(_rejects(file, most))
            after = file.tell()
            return rows, after if file.read(1) else None
    except FileNotFoundError:
        return [], None


def _rejects(file: Any, most: int) -> Iterator[Reject]:
    for _ in range(most):
        line = file.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            return
        try:
            row = json.loads(line)
            yield Reject(row["line"], row["reason"], row["raw"])
        except (ValueError, KeyError, TypeError):
            continue  # it was not the beginning of a line
