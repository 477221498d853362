"""Start a run: record what is to be done, then pin what moves, take the first snapshot and ring for workers."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from config.version import code_version
from core import audit
from core.errors import PrefereeError
from core.models import Project, Run, RunState, Schedule, Stage, User
from core.recipes.composing import Composed, compose
from core.recipes.reading import read_recipe
from core.recipes.shelf import Text, find_recipe, keep
from core.runs.budget import pause_beyond
from core.runs.course import fail_run, go_on
from core.runs.inside import refusal
from core.runs.steps import configure, step_named, work_key


def composed(project: Project, recipe: str | Text, values: Mapping[str, Any]) -> tuple[Text, Composed]:
    """The recipe of this name, or this text, with its stages. Raises PrefereeError where something does not fit."""
    text = find_recipe(project, recipe) if isinstance(recipe, str) else recipe
    plan = compose(read_recipe(text.source, text.where), values)
    if sentence := refusal(project, [(stage.name, stage.step, stage.config) for stage in plan.stages]):
        raise PrefereeError(sentence)
    return text, plan


def start_run(
    project: Project,
    recipe: str | Text,
    values: Mapping[str, Any],
    *,
    by: User | None = None,
    max_cost: float | Decimal | None = None,
    only_new: bool = False,
) -> Run:
    """Record the run, take the snapshot of its inputs and ring for workers.

    Raises PrefereeError where the recipe or a setting does not exist. A run that can do nothing is kept as failed.
    """
    run = record_run(project, recipe, values, by=by, max_cost=max_cost, only_new=only_new)
    begin_run(run)
    return run


@transaction.atomic
def record_run(
    project: Project,
    recipe: str | Text,
    values: Mapping[str, Any],
    *,
    by: User | None = None,
    max_cost: float | Decimal | None = None,
    only_new: bool = False,
    schedule: Schedule | None = None,
    due: datetime | None = None,
) -> Run:
    """The run as a row that is queued, with its stages; nothing is planned yet."""
    if project.archived:
        raise PrefereeError(f"{project.name} is archived, so nothing runs in it. Restore it first.")
    text, plan = composed(project, recipe, values)
    run = Run.objects.create(
        project=project,
        recipe=keep(project, text, by),
        settings=dict(values),
        only_new=only_new,
        max_cost=plan.max_cost if max_cost is None else max_cost,
        code_version=code_version(),
        created_by=by,
        schedule=schedule,
        due=due,
    )
    Stage.objects.bulk_create(
        Stage(
            run=run,
            number=stage.number,
            name=stage.name,
            step=stage.step.name,
            config=stage.config.model_dump(mode="json"),
            after=stage.after,
            queue=stage.step.queue_for(project, stage.config),
            tolerated=stage.tolerate,
        )
        for stage in plan.stages
    )
    audit.record(
        "run.start", project=project, actor=by, target=str(run.public), recipe=text.name, settings=dict(values)
    )
    return run


def begin_run(run: Run) -> bool:
    """Pin the configurations and open the first stages; False where somebody else has. Twice is once.

    Where the project's budget is spent, the run is paused before it has cost anything.
    """
    with transaction.atomic():
        queued = Run.objects.filter(pk=run.pk, state=RunState.QUEUED, project__archived=None)
        begun = queued.update(state=RunState.RUNNING, started=Now())
        sentence = _pin(run) if begun else ""
    if begun and sentence:
        fail_run(run.pk, sentence)
    elif begun and not pause_beyond(run):
        go_on(run.pk)
    run.refresh_from_db()
    return bool(begun)


def _pin(run: Run) -> str:
    """Replace moving references by what they mean now; a sentence where one means nothing."""
    for stage in run.stages.order_by("number"):
        try:
            step = step_named(stage.step)
            config = step.pin(run.project, configure(step, stage.config))
        except PrefereeError as error:
            return f"{stage.name}: {error}"
        if sentence := refusal(run.project, [(stage.name, step, config)]):
            return sentence
        values = config.model_dump(mode="json")
        Stage.objects.filter(pk=stage.pk).update(config=values, work_key=work_key(step, config))
    return ""
