"""A project whose text stays inside runs nothing that would show it to an address outside."""

from collections.abc import Iterable

from core.endpoints import is_inside
from core.errors import PrefereeError
from core.models import Project, Run, RunState, Stage
from core.models.run import OVER
from core.recipes.composing import compose
from core.recipes.reading import read_recipe
from core.recipes.shelf import Text, recipes_of
from core.runs.steps import AnyStep, StepConfig, configure, step_named

StageParts = tuple[str, AnyStep, StepConfig]


def refusal(project: Project, stages: Iterable[StageParts]) -> str:
    """The sentence that names the first stage and address outside; empty where the project may run them."""
    if not project.text_stays_inside:
        return ""
    for name, step, config in stages:
        reached = step.endpoints(project, config)
        if outside := [each.address for each in reached if each.is_outside or not is_inside(each.address)]:
            return (
                f"The stage {name} would send text to {outside[0]}, and the text of {project.name} stays inside. "
                "Choose an endpoint inside, or change that in the settings."
            )
    return ""


def would_be_refused(project: Project) -> list[tuple[str, str]]:
    """Each recipe, schedule and run that the project could not go on with; by name, with the reason."""
    marked = Project(pk=project.pk, name=project.name, text_stays_inside=True)
    texts = recipes_of(project)
    scheduled = [(each, texts[each.recipe]) for each in project.schedules.order_by("name") if each.recipe in texts]
    found = [(f"Recipe {name}", _of_recipe(marked, text, {})) for name, text in sorted(texts.items())]
    found += [(f"Schedule {each.name}", _of_recipe(marked, text, each.settings)) for each, text in scheduled]
    runs = Run.objects.filter(project=project).exclude(state__in=OVER).select_related("recipe")
    runs = runs.prefetch_related("stages").order_by("pk")
    found += [(f"Run of {run.recipe.name}", refusal(marked, _parts(run.stages.all()))) for run in runs]
    return [(name, reason) for name, reason in found if reason]


def stop_outside(project: Project) -> None:
    """Pause what goes and would send text outside; what is claimed already is finished."""
    going = Run.objects.filter(project=project, state__in=(RunState.RUNNING, RunState.PARKED))
    for run in going.prefetch_related("stages"):
        if sentence := refusal(project, _parts(run.stages.all())):
            Run.objects.filter(pk=run.pk, state=run.state).update(state=RunState.PAUSED, error=sentence)


def _of_recipe(project: Project, text: Text, values: dict[str, object]) -> str:
    try:
        stages = compose(read_recipe(text.source, text.where), values).stages
    except PrefereeError:  # it cannot start at all, which is told elsewhere
        return ""
    return refusal(project, [(stage.name, stage.step, stage.config) for stage in stages])


def _parts(stages: Iterable[Stage]) -> list[StageParts]:
    found = []
    for stage in stages:
        try:
            step = step_named(stage.step)
            found.append((stage.name, step, configure(step, stage.config)))
        except PrefereeError:  # this installation no longer has it: it sends nothing anywhere
            continue
    return found
