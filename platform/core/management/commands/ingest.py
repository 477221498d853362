"""Import files into a project."""

import argparse
import json
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from core import audit
from core.commands import SentenceCommand
from core.importing.interchange import RefusedFile
from core.importing.opening import STANDARD_INPUT
from core.importing.reading import read
from core.importing.report import Rejects, report_of
from core.importing.service import Imported, ingest
from core.models import Project
from core.progress import Progress
from core.projects import create_project

PARTIAL = 3


def target_and_column(text: str) -> tuple[str, str]:
    target, separator, column = text.partition("=")
    if not separator or not target or not column:
        raise argparse.ArgumentTypeError(f"“{text}” is not TARGET=COLUMN, for example prompt=question.")
    return target, column


class Command(SentenceCommand):
    help = (
        "Import preference data: interchange JSONL, TRL, UltraFeedback, HelpSteer2, hh-rlhf, FastChat battles, CSV or "
        "Parquet. Exit code 0: every line is in; 3: some lines were refused, the others are in; 1: an error, or "
        "--strict met a refused line."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file, plain or gzip, or - for standard input")
        parser.add_argument("--project", required=True, metavar="SLUG", help="created where it does not exist")
        parser.add_argument("--map", action="append", default=[], type=target_and_column, metavar="TARGET=COLUMN")
        parser.add_argument("--strict", action="store_true", help="one refused line, and nothing of its file goes in")
        parser.add_argument("--dry-run", action="store_true", help="read and check everything, write nothing")
        parser.add_argument("--json", action="store_true", help="print the reports as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic() if options["dry_run"] else nullcontext():
            project = self._project(options["project"], "would be" if options["dry_run"] else "was")
            reports = [self._file(name, project, options) for name in options["files"]]
            if options["dry_run"]:
                transaction.set_rollback(True)
        if options["json"]:
            self.stdout.write(json.dumps(reports, indent=2, ensure_ascii=False))
        if any(report["refused"] for report in reports):
            if options["strict"]:
                raise CommandError("Nothing went in from the files with refused lines, because of --strict.")
            raise SystemExit(PARTIAL)

    def _project(self, slug: str, was: str) -> Project:
        project = Project.objects.filter(slug=slug).first()
        if project is None:
            project = create_project(slug)
            self.stderr.write(f"There was no project “{slug}”: it {was} created.")
        return project

    def _file(self, name: str, project: Project, options: dict[str, Any]) -> dict[str, Any]:
        stem = None if options["dry_run"] else _report_stem(project, name)
        rejects = Rejects(stem and stem.with_suffix(".rejects.jsonl"))
        imported = self._read(name, project, options, rejects)
        report = report_of(name, imported, rejects.close())
        if stem is not None:
            stem.with_suffix(".report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
            audit.record("import", project=project, actor=None, target=Path(name).name, added=report["added"])
        if not options["json"]:
            self._say(report, rejects, stem)
        return report

    def _read(self, name: str, project: Project, options: dict[str, Any], rejects: Rejects) -> Imported:
        try:
            reading = read(name, mapping=dict(options["map"]))
            with Progress(f"Importing {Path(name).name}", total=reading.bytes_total, unit="bytes") as progress:
                return ingest(
                    project,
                    reading,
                    strict=options["strict"],
                    refuse=rejects,
                    progress=lambda imported, size: progress.reach(size),
                )
        except RefusedFile as refused:
            sentence = str(refused)
            raise CommandError(sentence if name in sentence else f"{name}: {sentence}") from refused
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}. Give the path of a file.") from error

    def _say(self, report: dict[str, Any], rejects: Rejects, stem: Path | None) -> None:
        added = ", ".join(_counted(count, noun) for noun, count in report["added"].items() if count) or "nothing new"
        verb = "Would add" if stem is None else "Added"
        self.stdout.write(
            f"{report['file']} ({report['layout']}): {_counted(report['lines'], 'lines')}. {verb} {added}."
        )
        for refused in rejects.first:
            self.stdout.write(f"  line {refused.number} refused: {refused.reason}")
        if (more := report["refused"] - len(rejects.first)) > 0:
            self.stdout.write(f"  and {more:,} more lines refused")
        if report["noted"]:
            first, notes = report["notes"][0], _counted(report["noted"], "notes")
            self.stdout.write(f"  {notes}, the first on line {first['line']}: {first['note']}")
        if stem is not None:
            self.stdout.write(f"  report: {stem.with_suffix('.report.json')}")


def _counted(count: int, nouns: str) -> str:
    return f"{count:,} {nouns}" if count != 1 else f"1 {nouns.removesuffix('s')}"


def _report_stem(project: Project, name: str) -> Path:
    reports: Path = settings.HOME / "imports"
    reports.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = reports / project.slug
    folder.mkdir(exist_ok=True)
    stem = "stdin" if name == STANDARD_INPUT else Path(name).name.partition(".")[0]
    return folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{stem}.x"
