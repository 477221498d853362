"""What a person does with a run: work on it here, pause, resume, cancel, retry what failed, run it again."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings as django_settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from core import audit
from core.bulk import fetch
from core.errors import Conflict
from core.models import Failure, Overlap, Run, RunState, Shard, Stage, StageState, User
from core.models.run import GOING
from core.recipes.shelf import Text
from core.runs.budget import may_cost, pause_beyond, spent_sentence
from core.runs.course import go_on, ring, settle
from core.runs.starting import begin_run, start_run
from core.runs.steps import Gate, step_named
from core.runs.work import visit

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_BETWEEN_TRIES = 0.1
INTERRUPTED = "The run was interrupted. Start the recipe again: it does only what is missing."

RETRY = """
INSERT INTO core_shard (stage_id, number, inputs, state, token, attempts, deaths, progress, done, failed)
SELECT %(stage)s, (SELECT 1 + max(number) FROM core_shard WHERE stage_id = %(stage)s) + place / %(size)s,
       array_agg(input ORDER BY input), 'queued', 0, 0, 0, 0, 0, 0
  FROM (SELECT input, row_number() OVER (ORDER BY input) - 1 AS place FROM core_failure WHERE stage_id = %(stage)s) f
 GROUP BY 2 RETURNING cardinality(inputs)
"""


def run_here(run: Run, look: Callable[[], None] = lambda: None) -> Run:
    """Work on the run in this process until it is over, paused or parked, beside whatever workers there are."""
    try:
        _drain(run, look)
    except (KeyboardInterrupt, SystemExit):
        if not django_settings.CELERY_BROKER_URL:  # no worker will take it up
            going = Run.objects.filter(pk=run.pk, state=RunState.RUNNING)
            going.update(state=RunState.FAILED, error=INTERRUPTED, finished=Now())
        raise
    return run


def _drain(run: Run, look: Callable[[], None]) -> None:
    while True:
        run.refresh_from_db()
        look()
        if run.state != RunState.RUNNING:
            return
        stages = Stage.objects.filter(run=run, state=StageState.RUNNING).order_by("number")
        busy = [visit(stage.pk, seconds=SECONDS_BETWEEN_LOOKS) for stage in stages]
        if not any(busy):
            go_on(run.pk)
            time.sleep(SECONDS_BETWEEN_TRIES)


def pause(run: Run, *, by: User | None = None) -> None:
    """No shard is claimed any more; those at work are finished."""
    _change(run, [RunState.RUNNING, RunState.PARKED], RunState.PAUSED, "run.pause", by)


def resume(run: Run, *, by: User | None = None, max_cost: Decimal | None = None) -> None:
    """Go on where the run stopped, with another limit of its cost where one is given.

    Raises Conflict where the project's budget is spent.
    """
    if run.state == RunState.PAUSED and may_cost(run) and (sentence := spent_sentence(run.project)):
        raise Conflict(sentence)
    limit = {} if max_cost is None else {"max_cost": max_cost}
    _change(run, [RunState.PAUSED], RunState.RUNNING, "run.resume", by, **limit)
    for stage in Stage.objects.filter(run=run, state=StageState.RUNNING):
        ring(stage)
    go_on(run.pk)


def cancel(run: Run, *, by: User | None = None) -> None:
    """What is saved stays; nothing more is begun."""
    open_states = [RunState.QUEUED, RunState.RUNNING, RunState.PARKED, RunState.PAUSED]
    _change(run, open_states, RunState.CANCELLED, "run.cancel", by)


def retry_failed(run: Run, *, by: User | None = None) -> int:
    """Give every failed input another try; returns how many they are."""
    retried = 0
    with transaction.atomic():
        if Run.objects.filter(pk=run.pk, state=RunState.CANCELLED).exists():
            raise Conflict("The run is cancelled. Start a new one: it takes what has no output yet.")
        for stage in Stage.objects.select_for_update().filter(run=run, failures__isnull=False).order_by("number"):
            retried += _retry(stage)
        stopped = list(Stage.objects.filter(run=run, state=StageState.FAILED))
        for stage in stopped:
            Stage.objects.filter(pk=stage.pk).update(state=_opened(stage), error="", finished=None)
        if not retried and not stopped and not Stage.objects.filter(run=run, state=StageState.RUNNING).exists():
            raise Conflict("Nothing has failed in this run, so there is nothing to retry.")
        goes = Run.objects.filter(pk=run.pk).exclude(state=RunState.PAUSED)  # a paused one tries again when resumed
        goes.update(state=RunState.RUNNING, error="", finished=None, told=None)
        audit.record("run.retry", project=run.project, actor=by, target=str(run.public), inputs=retried)
        for stage in Stage.objects.filter(run=run, state=StageState.RUNNING):
            ring(stage)
    pause_beyond(run)
    go_on(run.pk)
    return retried


def _opened(stage: Stage) -> StageState:
    """How a stage that failed goes on: one that could not even be planned is planned again."""
    if stage.started is None:
        return StageState.WAITING
    return StageState.PARKED if isinstance(step_named(stage.step), Gate) else StageState.RUNNING


def run_again(run: Run, *, by: User | None = None) -> Run:
    """A new run of the same text with the same settings, over the inputs that there are now."""
    recipe = run.recipe
    text = Text(recipe.name, recipe.source, f"{recipe.name}, version {recipe.version}", recipe.builtin)
    return start_run(run.project, text, run.settings, by=by, max_cost=run.max_cost, only_new=run.only_new)


def _retry(stage: Stage) -> int:
    size = step_named(stage.step).shard_size
    retried: int = sum(count for (count,) in fetch(RETRY, {"stage": stage.pk, "size": size}))
    Failure.objects.filter(stage=stage).delete()
    Stage.objects.filter(pk=stage.pk).update(
        failed=F("failed") - retried, state=StageState.RUNNING, error="", finished=None
    )
    return retried


def look_after(run: Run) -> None:
    """Close what is through, see whether people have done their part, and go on where somebody died in between."""
    for stage in Stage.objects.filter(run=run, state__in=(StageState.RUNNING, StageState.PARKED)):
        settle(stage.pk)
    go_on(run.pk)


def sweep() -> int:
    """Ring for what nobody works on, and go on where a worker died between two stages; returns how often it rang."""
    for run in Run.objects.filter(state=RunState.QUEUED, project__archived=None).exclude(_waits_its_turn()):
        begin_run(run)
    for run in Run.objects.filter(state__in=(RunState.RUNNING, RunState.PARKED)):
        look_after(run)
    due = Q(state="queued") & (Q(not_before=None) | Q(not_before__lte=Now())) | Q(state="leased", lease_until__lt=Now())
    going = Stage.objects.filter(run__state=RunState.RUNNING, state=StageState.RUNNING)
    shards = Shard.objects.filter(stage=OuterRef("pk"))
    # Whoever works on a stage has rung for it: see core.tasks.
    alone = going.filter(Exists(shards.filter(due)), ~Exists(shards.filter(state="leased", lease_until__gte=Now())))
    for stage in alone:
        ring(stage)
    return len(alone)


def _waits_its_turn() -> Q:
    """Queued by a schedule behind another run of it that goes."""
    others = Run.objects.filter(schedule=OuterRef("schedule"), state__in=GOING).exclude(pk=OuterRef("pk"))
    beside = Q(schedule__overlap=Overlap.ALLOW)
    return ~beside & Q(
        Exists(others.filter(Q(state__in=(RunState.RUNNING, RunState.PAUSED)) | Q(pk__lt=OuterRef("pk"))))
    )


def _change(run: Run, before: list[RunState], after: RunState, verb: str, by: User | None, **also: Any) -> None:
    over = {"finished": Now()} if after == RunState.CANCELLED else {}
    with transaction.atomic():
        if not Run.objects.filter(pk=run.pk, state__in=before).update(state=after, error="", **over, **also):
            run.refresh_from_db()
            raise Conflict(f"The run is {run.state}, so this cannot be done.")
        audit.record(verb, project=run.project, actor=by, target=str(run.public))
    run.refresh_from_db()
