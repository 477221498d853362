"""Import one file, and leave a report of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from core import audit
from core.errors import PrefereeError
from core.importing.interchange import RefusedFile
from core.importing.opening import STANDARD_INPUT, Source
from core.importing.reading import Refused, read
from core.importing.report import Rejects, report_of
from core.importing.service import Imported, ingest
from core.models import Project, User

Reach = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class FileImport:
    """What came of one file; `first` are refused lines to show, `path` is where the report is kept."""

    report: dict[str, Any]
    first: list[Refused]
    path: Path | None

    @property
    def in_words(self) -> str:
        added = ", ".join(counted(count, noun) for noun, count in self.report["added"].items() if count)
        members = f" {counted(len(self.report['members']), 'members')} judged there." if self.report["members"] else ""
        would = "Would add" if self.path is None else "Added"
        return f"{counted(self.report['lines'], 'lines')}. {would} {added or 'nothing new'}.{members}"


def import_file(
    project: Project,
    name: str,
    *,
    mapping: Mapping[str, str],
    strict: bool,
    source: Source | None = None,
    by: User | None = None,
    keep_report: bool = True,
    reach: Reach = lambda read, total: None,
    report_as: str = "",
) -> FileImport:
    """Load the file of this name, or `source` under it; `reach` hears how many of its bytes were read.

    `report_as` names the report. Raises PrefereeError where the file cannot be read at all.
    """
    stem = _report_stem(project, name, report_as) if keep_report else None
    rejects = Rejects(stem and stem.with_suffix(".rejects.jsonl"))
    imported = _read(project, name, name if source is None else source, mapping, strict, rejects, reach)
    report = report_of(name, imported, rejects.close())
    if stem is None:
        return FileImport(report, rejects.first, None)
    path = stem.with_suffix(".report.json")
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    spoken_for = {"members": imported.members} if imported.members else {}
    audit.record("import", project=project, actor=by, target=Path(name).name, added=report["added"], **spoken_for)
    return FileImport(report, rejects.first, path)


def _read(
    project: Project,
    name: str,
    source: Source,
    mapping: Mapping[str, str],
    strict: bool,
    rejects: Rejects,
    reach: Reach,
) -> Imported:
    try:
        reading = read(source, mapping=mapping, called=name)
        total = reading.bytes_total
        return ingest(
            project, reading, strict=strict, refuse=rejects, progress=lambda imported, size: reach(size, total)
        )
    except RefusedFile as refused:
        sentence = str(refused)
        raise PrefereeError(sentence if name in sentence else f"{name}: {sentence}") from refused
    except OSError as error:
        raise PrefereeError(f"{name} cannot be read: {error.strerror}. Give the path of a file.") from error


def counted(count: int, nouns: str) -> str:
    return f"{count:,} {nouns}" if count != 1 else f"1 {nouns.removesuffix('s')}"


def reports_of(project: Project) -> Path:
    """The folder of the reports of all its imports."""
    reports: Path = settings.HOME / "imports"
    return reports / project.slug


def _report_stem(project: Project, name: str, report_as: str) -> Path:
    folder = reports_of(project)
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    if report_as:
        (folder / f"{report_as}.rejects.jsonl").unlink(missing_ok=True)  # of an import that came to nothing
        return folder / f"{report_as}.x"
    stem = "stdin" if name == STANDARD_INPUT else Path(name).name.partition(".")[0]
    return folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{stem}.x"
