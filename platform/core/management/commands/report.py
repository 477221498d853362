"""Print where a project stands."""

import argparse
import json
from typing import Any

from core.commands import SentenceCommand, add_by, person_of, project_named
from core.labels.service import refresh_project
from core.reports.report import report
from core.reports.table import lines


class Command(SentenceCommand):
    help = "Print the report of a project: counts, agreement with 95 % intervals, labels, the share exported."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--project", required=True, metavar="SLUG")
        parser.add_argument("--json", action="store_true", help="as JSON; docs/report.md explains the keys")
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        project = project_named(options["project"], "read", person_of(options))
        refresh_project(project)
        figures = report(project)
        if options["json"]:
            self.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False))
        else:
            for line in lines(figures):
                self.stdout.write(line)
