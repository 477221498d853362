"""The main job on the sample data: import, compare, judge, aggregate, export. Twice is once."""

from collections.abc import Callable
from pathlib import Path

from core.demo.cast import Login, seat
from core.errors import PrefereeError
from core.models import DatasetVersion, Project, RunState, User
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run

SLUG, NAME = "demo", "Demo: which answer helps more?"
PEOPLE_A_COMPARISON = 3
Say = Callable[[str], None]


def run_main_job(people: list[Login], exports: Path, say: Say) -> tuple[Project, list[DatasetVersion]]:
    """Returns the project and the versions exported, DPO rows first."""
    project, owner = _project(people)
    say("Running the recipe main: import, compare, judge by BLEU, aggregate, export")
    folders = {"export-dpo": exports / SLUG / "trl-dpo", "export-all": exports / SLUG / "preferee"}
    run = run_here(start_run(project, "main", {f"{stage}.out": str(out) for stage, out in folders.items()}, by=owner))
    if run.state != RunState.DONE:
        raise PrefereeError(run.error or f"The run of the recipe main was {run.state}.")
    return project, [_newest(project, out) for out in folders.values()]


def _newest(project: Project, folder: Path) -> DatasetVersion:
    """What was written there last."""
    written = DatasetVersion.objects.filter(dataset__project=project, folder=str(folder.absolute()))
    return written.select_related("dataset").latest("number")


def _project(people: list[Login]) -> tuple[Project, User]:
    project = Project.objects.filter(slug=SLUG).first() or create_project(SLUG, name=NAME, overlap=PEOPLE_A_COMPARISON)
    owner, *_ = [seat(project, login) for login in people]
    return project, owner
