"""Runs: list them, look at one, and pause, resume, cancel, retry or repeat one."""

import argparse
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from core.commands import SentenceCommand, add_by, person_of, project_named
from core.errors import PrefereeError
from core.models import Project, Run, RunState, User
from core.permissions import verbs_in
from core.runs.actions import cancel, look_after, pause, resume, retry_failed, run_again
from core.runs.watching import conclude, watch

SHOWN = 20


def _retried(run: Run, *, by: User | None) -> Run:
    retry_failed(run, by=by)
    return run


def _looked_after(run: Run, *, by: User | None) -> Run:
    if run.state in (RunState.RUNNING, RunState.PARKED):
        look_after(run)
    return run


def _resumed(run: Run, *, by: User | None) -> Run:
    resume(run, by=by)
    return run


# What is worked on afterwards, here where no worker does it
GOES_ON: dict[str, Callable[..., Run]] = {
    "go-on": _looked_after,
    "resume": _resumed,
    "retry": _retried,
    "again": run_again,
}
STOPS: dict[str, Callable[..., None]] = {"pause": pause, "cancel": cancel}


class Command(SentenceCommand):
    help = (
        "runs list [--project SLUG] [--state STATE]; runs show|pause|resume|cancel|retry|again|go-on RUN. RUN is "
        "the id that list shows, or its last characters. Exit codes as for run_recipe."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("verb", choices=["list", "show", *STOPS, *GOES_ON])
        parser.add_argument("run", nargs="?", metavar="RUN")
        parser.add_argument("--project", metavar="SLUG")
        parser.add_argument("--state", choices=RunState.values)
        parser.add_argument("--detach", action="store_true", help="leave it to the workers, and do not watch")
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        verb, by = options["verb"], person_of(options)
        if verb == "list":
            self._list(options, by)
            return
        run = _run_named(options["run"] or "", by)
        project_named(run.project.slug, "read" if verb == "show" else "manage", by)
        if verb == "show":
            self._show(run)
        elif verb in STOPS:
            STOPS[verb](run, by=by)
            self.stdout.write(f"The run {run.public} is {run.get_state_display().lower()}.")
        else:
            run = GOES_ON[verb](run, by=by)
            if not (options["detach"] and settings.CELERY_BROKER_URL):
                conclude(self.stdout, watch(run))

    def _list(self, options: dict[str, Any], by: User | None) -> None:
        runs = _readable(by).select_related("recipe", "project").order_by("-public")
        if options["project"]:
            runs = runs.filter(project=project_named(options["project"], "read", by))
        if options["state"]:
            runs = runs.filter(state=options["state"])
        for run in runs[:SHOWN]:
            self.stdout.write(
                f"{run.public}  {run.project.slug:<20} {run.recipe.name:<16} {run.state:<10} {run.error[:60]}"
            )

    def _show(self, run: Run) -> None:
        self.stdout.write(f"{run.recipe}: {run.get_state_display().lower()}. {run.error}")
        for stage in run.stages.order_by("number"):
            self.stdout.write(
                f"{stage.number:>4}. {stage.name:<20} {stage.state:<8} {stage.done:,} of {stage.total:,}, "
                f"{stage.failed:,} failed. {stage.error}"
            )
            for failure in stage.failures.order_by("input")[:SHOWN]:
                self.stdout.write(f"      input {failure.input}: {failure.error}")


def _readable(by: User | None) -> QuerySet[Run]:
    """The runs of the projects that this person reads; all of them where nobody is named."""
    if by is None:
        return Run.objects.all()
    projects = list(Project.objects.visible_to(by))
    return Run.objects.filter(project__in=[pk for pk, verbs in verbs_in(by, projects).items() if "read" in verbs])


def _run_named(text: str, by: User | None) -> Run:
    runs = _readable(by).select_related("project")
    try:
        return runs.get(public=UUID(text))
    except (ValueError, ValidationError, Run.DoesNotExist):
        pass
    found = [run for run in runs.order_by("-public")[:1_000] if text and str(run.public).endswith(text)]
    if len(found) != 1:
        raise PrefereeError(f"{len(found)} runs are called “{text}”. manage.py runs list shows their ids.")
    return found[0]
