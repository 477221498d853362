"""Run a recipe in a project and watch it."""

import argparse
import json
from typing import Any

from django.core.management.base import CommandError

from core.commands import SentenceCommand, project_named
from core.models import Project, Run, RunState
from core.progress import Progress
from core.runs.actions import run_here, start_run
from core.runs.steps import configure, step_named


def name_and_value(text: str) -> tuple[str, Any]:
    """`policy=all_pairs` or `compare.policy=all_pairs`; values are read as JSON where they are JSON."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise argparse.ArgumentTypeError(f"“{text}” is not NAME=VALUE, for example policy=all_pairs.")
    try:
        return name.rpartition(".")[2], json.loads(value)
    except ValueError:
        return name.rpartition(".")[2], value


class Command(SentenceCommand):
    help = "Run a recipe: compare, reference. Exit code 0: it is done; 1: it failed, with a sentence."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("recipe", metavar="NAME")
        parser.add_argument("--project", required=True, metavar="SLUG")
        parser.add_argument("--set", action="append", default=[], type=name_and_value, metavar="NAME=VALUE")
        parser.add_argument("--plan", action="store_true", help="say what it would do, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        project = project_named(options["project"])
        values = dict(options["set"])
        if options["plan"]:
            step = step_named(options["recipe"])
            self._print(step.plan(project, configure(step, values)))
        else:
            self._run(project, options["recipe"], values)

    def _run(self, project: Project, recipe: str, values: dict[str, Any]) -> None:
        run = start_run(project, recipe, values)
        with Progress(recipe, total=_count(run, "total"), unit="inputs") as progress:
            run_here(run, lambda: progress.reach(_count(run, "done")))
        if run.state != RunState.DONE:
            raise CommandError(run.error or f"The run was {run.state}.")
        self._print({name: _count(run, name) for name in ("total", "done", "failed")})

    def _print(self, numbers: dict[str, Any]) -> None:
        for name, number in numbers.items():
            self.stdout.write(f"{name:>24}  {number:,}")


def _count(run: Run, counter: str) -> int:
    return sum(run.stages.values_list(counter, flat=True))
