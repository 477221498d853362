"""The main job on the sample data: import, compare, judge, aggregate, export. Twice is once."""

from collections.abc import Callable, Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from core.demo.cast import Login, seat
from core.errors import PrefereeError
from core.exports.service import export_dataset
from core.importing.reading import read
from core.importing.service import ingest
from core.models import DatasetVersion, Project, RunState, User
from core.projects import create_project
from core.runs.actions import run_here, start_run
from core.runs.steps import configure, step_named

SLUG, NAME = "demo", "Demo: which answer helps more?"
PEOPLE_A_COMPARISON = 3
Say = Callable[[str], None]


def run_main_job(people: list[Login], exports: Path, say: Say) -> tuple[Project, list[DatasetVersion]]:
    """Returns the project and the versions exported, DPO rows first."""
    project, owner = _project(people)
    say("Importing the sample data")
    with as_file(files("core.sample") / "sample.jsonl") as path:
        ingest(project, read(path))
    say("Comparing all pairs of responses")
    _run_where_something_waits(project, owner, "compare", {"policy": "all_pairs"}, "comparisons")
    say("Judging by BLEU against the references")
    _run_where_something_waits(project, owner, "reference", {}, "comparisons to judge")
    say("Aggregating and exporting")
    formats = ("trl-dpo", "preferee")
    return project, [export_dataset(project, form, exports / SLUG / form, by=owner) for form in formats]


def _project(people: list[Login]) -> tuple[Project, User]:
    project = Project.objects.filter(slug=SLUG).first() or create_project(SLUG, name=NAME, overlap=PEOPLE_A_COMPARISON)
    owner, *_ = [seat(project, login) for login in people]
    return project, owner


def _run_where_something_waits(
    project: Project, by: User, recipe: str, values: Mapping[str, Any], waiting: str
) -> None:
    step = step_named(recipe)
    if step.plan(project, configure(step, values))[waiting]:
        run = run_here(start_run(project, recipe, values, by=by))
        if run.state != RunState.DONE:
            raise PrefereeError(run.error or f"The run of {recipe} was {run.state}.")
