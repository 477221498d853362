"""The model judges of a project: list them, look at one, make one or its next version from a file."""

import argparse
from pathlib import Path
from typing import Any

from django.db.models import Count, Q

from core.commands import SentenceCommand, add_by, person_of, project_named
from core.errors import PrefereeError
from core.models import Judge, Project, User
from synth.judges.actions import create_judge, new_version
from synth.judges.files import judge_file
from synth.judges.registry import configuration_of, judge_named, label_of, model_judges, pinned_target


class Command(SentenceCommand):
    help = (
        "judges list; judges show NAME|NAME@VERSION; judges add FILE.yaml. The file holds a judge's name and settings; "
        "where there is a judge of this name, its next version is made of it."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("verb", choices=["list", "show", "add"])
        parser.add_argument("what", nargs="?", default="", metavar="NAME|FILE")
        parser.add_argument("--project", metavar="SLUG", required=True)
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        by = person_of(options)
        project = project_named(options["project"], "manage" if options["verb"] == "add" else "names", by)
        if options["verb"] == "list":
            self._list(project)
        elif options["verb"] == "show":
            self._show(judge_named(project, options["what"]))
        else:
            self._add(project, options["what"], by)

    def _list(self, project: Project) -> None:
        said = Count("judgments", filter=Q(judgments__live=True))
        for judge in model_judges(project).annotate(said=said):
            config = judge.config
            self.stdout.write(f"{label_of(judge):<24} {config['method']:<11} {config['endpoint']:<20} {judge.said:>8,}")

    def _show(self, judge: Judge) -> None:
        self.stdout.write(label_of(judge))
        for name, value in configuration_of(judge).model_dump(mode="json").items():
            self.stdout.write(f"{name:>14}  {value}")
        pinned = pinned_target(judge)
        self.stdout.write(f"{'asks':>14}  {pinned.author if pinned else 'what its first run finds at the endpoint'}")

    def _add(self, project: Project, path: str, by: User | None) -> None:
        if not path:
            raise PrefereeError("Name a file: judges add FILE.yaml --project SLUG.")
        name, configuration = judge_file(Path(path))
        there = model_judges(project).filter(name=name.strip()).first()
        judge = new_version(there, configuration, by=by) if there else create_judge(project, name, configuration, by=by)
        self.stdout.write(f"{label_of(judge)} judges {configuration.method} by {configuration.endpoint}.")
