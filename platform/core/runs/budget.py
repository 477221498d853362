"""What all runs of a project may cost together."""

from decimal import Decimal

from django.db.models import Sum

from core.models import Project, Run, RunState, Stage
from core.runs.steps import all_steps


def spent_of(project: Project) -> Decimal:
    """What the runs of the project have cost until now, those that failed included."""
    spent: Decimal | None = Stage.objects.filter(run__project=project, cost__gt=0).aggregate(sum=Sum("cost"))["sum"]
    return spent or Decimal(0)


def spent_sentence(project: Project) -> str:
    """Why nothing that costs may go on; empty where something is left, or nothing was set."""
    if project.budget is None:
        return ""
    spent = spent_of(project)
    if spent < project.budget:
        return ""
    said = f"The runs of {project.name} have cost {spent:.2f}, and its budget is {project.budget:.2f}."
    return f"{said} Raise the budget in the settings, then resume the run."


def pause_beyond(run: Run) -> str:
    """Pause the run where the budget is spent and a stage that is still to be done may cost; says why."""
    if run.project.budget is None or not may_cost(run):
        return ""
    sentence = spent_sentence(run.project)
    if sentence:
        Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(state=RunState.PAUSED, error=sentence)
    return sentence


def may_cost(run: Run) -> bool:
    """Whether a stage that is not done uses a step that may spend money; a step that is unknown here does nothing."""
    steps = all_steps()
    open_stages = Stage.objects.filter(run=run, finished=None).values_list("step", flat=True)
    return any(name in steps and steps[name].costs for name in open_stages)
