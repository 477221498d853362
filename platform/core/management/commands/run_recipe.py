"""Run a recipe in a project and watch it."""

import argparse
import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from core.commands import SentenceCommand, add_by, person_of, project_named
from core.models import Project
from core.recipes.shelf import Text, recipe_file
from core.runs.starting import composed, start_run
from core.runs.steps import AnyStep, offered_steps
from core.runs.watching import conclude, watch


def name_and_value(text: str) -> tuple[str, Any]:
    """`policy=all_pairs` or `compare.policy=all_pairs`; values are read as JSON where they are JSON."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise argparse.ArgumentTypeError(f"“{text}” is not STAGE.KEY=VALUE, for example compare.policy=all_pairs.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def amount(text: str) -> Decimal:
    try:
        if (value := Decimal(text)) > 0:
            return value
    except InvalidOperation:
        pass
    raise argparse.ArgumentTypeError(f"“{text}” is not an amount above zero.")


class Command(SentenceCommand):
    help = (
        "Run a recipe: a YAML file, one that comes with Preferee (main), one the project has run, or one step by its "
        "name. Exit code 0: it is done; 1: it failed or was cancelled, with a sentence; 3: it is paused or waits for "
        "people."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("recipe", nargs="?", metavar="FILE|NAME")
        parser.add_argument("--project", metavar="SLUG")
        parser.add_argument("--set", action="append", default=[], type=name_and_value, metavar="STAGE.KEY=VALUE")
        parser.add_argument(
            "--new", action="store_true", help="only inputs without an output by the same configuration"
        )
        parser.add_argument("--max-cost", type=amount, metavar="AMOUNT", help="pause the run when it has cost this")
        parser.add_argument("--plan", action="store_true", help="say what it would do, and do nothing")
        parser.add_argument("--detach", action="store_true", help="leave it to the workers, and do not watch")
        parser.add_argument("--steps", action="store_true", help="list every step with its settings")
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["steps"]:
            self._list_steps()
            return
        if not options["recipe"] or not options["project"]:
            raise CommandError("Name a recipe and a project: run_recipe NAME --project SLUG.", returncode=2)
        by, values = person_of(options), dict(options["set"])
        project = project_named(options["project"], "manage", by)
        recipe = _named_or_file(options["recipe"])
        if options["plan"]:
            self._plan(project, recipe, values)
            return
        run = start_run(project, recipe, values, by=by, max_cost=options["max_cost"], only_new=options["new"])
        if options["detach"]:
            self.stdout.write(f"Started run {run.public}.")
        else:
            conclude(self.stdout, watch(run))

    def _plan(self, project: Project, recipe: str | Text, values: dict[str, Any]) -> None:
        _, plan = composed(project, recipe, values)
        for stage in plan.stages:
            if len(plan.stages) > 1:
                self.stdout.write(f"{stage.number}. {stage.name}")
            for name, number in stage.step.plan(project, stage.config).items():
                self.stdout.write(f"{name:>24}  {number:,}")

    def _list_steps(self) -> None:
        for name, step in offered_steps().items():
            self.stdout.write(f"{name}: {step.summary}")
            for setting, about in _settings(step):
                self.stdout.write(f"    {setting:<14} {about}")


def _named_or_file(recipe: str) -> str | Text:
    is_file = Path(recipe).suffix in {".yaml", ".yml"} or "/" in recipe
    return recipe_file(Path(recipe)) if is_file else recipe


def _settings(step: AnyStep) -> list[tuple[str, str]]:
    fields = step.Config.model_fields.items()
    return [
        (name, f"{field.description or ''} Default: {_default(field.get_default(call_default_factory=True))}")
        for name, field in fields
    ]


def _default(value: Any) -> str:
    return "none" if value is None or value == "" else json.dumps(value, default=str)
