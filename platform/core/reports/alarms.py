"""Alarms about runs that failed, money and hours that run out, and labels that nobody could decide."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from core.alarms import Alarm
from core.models import Project, Run, RunState
from core.reports.counts import label_counts
from core.reports.work import hours_of
from core.runs.budget import spent_of
from core.schedules.alarms import TELLING

RECENT = timedelta(days=7)
MOST_RUNS = 5
NEARLY = 0.8
LEAST_LABELS, MOST_UNDECIDED = 30, 0.2


def run_alarms(project: Project) -> Iterator[Alarm]:
    """Runs of the last days that somebody started and that did not end well, until a later one of the recipe does."""
    recent = Run.objects.filter(TELLING, project=project, schedule=None, created__gte=timezone.now() - RECENT)
    latest = recent.select_related("recipe").order_by("recipe__name", "-pk").distinct("recipe__name")
    bad = [run for run in latest if run.state in (RunState.FAILED, RunState.PAUSED)]
    for run in sorted(bad, key=lambda run: -run.pk)[:MOST_RUNS]:
        address = reverse("run", args=[project.slug, run.public])
        yield Alarm(run.error, run.recipe.name, address, run.get_state_display())


def budget_alarms(project: Project) -> Iterator[Alarm]:
    address = reverse("settings", args=[project.slug])
    if project.budget is not None:
        spent = spent_of(project)
        said = f"The runs have cost {spent:,.2f} of {project.budget:,.2f}"
        beyond = "What costs anything pauses until the budget is raised."
        yield from _used(float(spent / project.budget), said, beyond, "Budget of models", address)
    if project.budget_hours is not None:
        hours = hours_of(project)
        said = f"People have worked {hours:,.1f} of {project.budget_hours:,} hours"
        beyond = "Nobody is stopped: pause people or raise the hours."
        yield from _used(hours / project.budget_hours, said, beyond, "Hours of people", address)


def _used(share: float, said: str, beyond: str, label: str, address: str) -> Iterator[Alarm]:
    """From 80 % on; the share is cut and not rounded, so that 100 % means all of it."""
    if share >= 1:
        yield Alarm(f"{said} ({share:.0%}). {beyond}", label, address, "Spent", "manage")
    elif share >= NEARLY:
        yield Alarm(f"{said} ({int(100 * share)}%).", label, address, "Nearly spent", "manage")


def undecided_alarms(project: Project) -> Iterator[Alarm]:
    """Some are people's nature; where it is a fifth, the questions or the guidelines leave something open."""
    counted = label_counts(project)
    labels, undecided = counted["labels"], counted["undecided"]
    if labels >= LEAST_LABELS and undecided > MOST_UNDECIDED * labels:
        address = reverse("comparisons", args=[project.slug]) + "?state=undecided"
        said = f"{undecided:,} of {labels:,} judged comparisons ({undecided / labels:.0%}) have no label that counts."
        yield Alarm(f"{said} Let a reviewer decide them, or ask more people.", "Undecided labels", address, "Many")
