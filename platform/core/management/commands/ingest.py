"""Import files into a project."""

import argparse
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from core.commands import SentenceCommand, add_by, person_of, project_named
from core.importing.files import FileImport, counted, import_file
from core.models import Project, User
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
        "Import preference data: interchange JSONL, TRL, UltraFeedback, HelpSteer2, hh-rlhf, FastChat battles, Label "
        "Studio's export, CSV or Parquet. Exit code 0: every line is in; 3: some lines were refused, the others are "
        "in; 1: an error, or --strict met a refused line."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file, plain or gzip, or - for standard input")
        parser.add_argument("--project", required=True, metavar="SLUG", help="created where it does not exist")
        parser.add_argument("--map", action="append", default=[], type=target_and_column, metavar="TARGET=COLUMN")
        parser.add_argument("--strict", action="store_true", help="one refused line, and nothing of its file goes in")
        parser.add_argument("--dry-run", action="store_true", help="read and check everything, write nothing")
        parser.add_argument("--json", action="store_true", help="print the reports as JSON")
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        by = person_of(options)
        with transaction.atomic() if options["dry_run"] else nullcontext():
            project = self._project(options["project"], by, "would be" if options["dry_run"] else "was")
            reports = [self._file(name, project, by, options) for name in options["files"]]
            if options["dry_run"]:
                transaction.set_rollback(True)
        if options["json"]:
            self.stdout.write(json.dumps(reports, indent=2, ensure_ascii=False))
        if any(report["refused"] for report in reports):
            if options["strict"]:
                raise CommandError("Nothing went in from the files with refused lines, because of --strict.")
            raise SystemExit(PARTIAL)

    def _project(self, slug: str, by: User | None, was: str) -> Project:
        if Project.objects.standing().filter(slug=slug).exists():
            return project_named(slug, "manage", by)
        project = create_project(slug, owner=by)
        self.stderr.write(f"There was no project “{slug}”: it {was} created.")
        return project

    def _file(self, name: str, project: Project, by: User | None, options: dict[str, Any]) -> dict[str, Any]:
        with Progress(f"Importing {Path(name).name}", unit="bytes") as progress:
            done = import_file(
                project,
                name,
                mapping=dict(options["map"]),
                strict=options["strict"],
                by=by,
                keep_report=not options["dry_run"],
                reach=progress.reach,
            )
        if not options["json"]:
            self._say(done)
        return done.report

    def _say(self, done: FileImport) -> None:
        report = done.report
        self.stdout.write(f"{report['file']} ({report['layout']}): {done.in_words}")
        for refused in done.first:
            self.stdout.write(f"  line {refused.number} refused: {refused.reason}")
        if (more := report["refused"] - len(done.first)) > 0:
            self.stdout.write(f"  and {more:,} more lines refused")
        if report["noted"]:
            first, notes = report["notes"][0], counted(report["noted"], "notes")
            self.stdout.write(f"  {notes}, the first on line {first['line']}: {first['note']}")
        if done.path is not None:
            self.stdout.write(f"  report: {done.path}")
