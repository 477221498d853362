"""Start a run and execute it. The row is the truth; Celery only says that there is something to do."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from config.version import code_version
from core import audit
from core.errors import Conflict, PrefereeError
from core.models import Project, Run, RunState, User
from core.runs.steps import configure, step_named

INTERRUPTED = "The run was interrupted. Start the recipe again: it does only what is missing."


def start_run(project: Project, recipe: str, values: Mapping[str, Any], *, by: User | None = None) -> Run:
    """Queue a run of the recipe. Without a broker it is executed in this process, before this returns.

    Raises PrefereeError where the recipe or a setting does not exist.
    """
    from core.tasks import execute_run

    config = configure(step_named(recipe), values)
    with transaction.atomic():
        run = Run.objects.create(
            project=project,
            recipe=recipe,
            config=json.loads(config.model_dump_json()),
            code_version=code_version(),
            created_by=by,
        )
        audit.record("run.start", project=project, actor=by, target=recipe, config=run.config)
    if settings.CELERY_BROKER_URL:
        transaction.on_commit(lambda: execute_run.delay(run.pk))
    else:
        execute_run.apply([run.pk], throw=True)
        run.refresh_from_db()
    return run


def execute(run_id: int) -> None:
    """Claim the run and do it; a run that somebody else has claimed is left alone."""
    if not Run.objects.filter(pk=run_id, state=RunState.QUEUED).update(state=RunState.RUNNING, started=timezone.now()):
        return
    run = Run.objects.select_related("project").get(pk=run_id)
    try:
        with _alone(run):
            step = step_named(run.recipe)
            result = step.execute(run.project, configure(step, run.config), lambda *at: _reach(run, *at))
    except PrefereeError as error:
        _finish(run, RunState.FAILED, error=str(error))
    except BaseException as error:
        _finish(run, RunState.FAILED, error=f"{INTERRUPTED} ({type(error).__name__}: {error})")
        raise
    else:
        _finish(run, RunState.DONE, result=result)


@contextmanager
def _alone(run: Run) -> Iterator[None]:
    """One run of a recipe at a time in a project. The lock ends with its process, so older running rows are dead."""
    key = f"{run.project_id} {run.recipe}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('preferee run'), hashtext(%s))", [key])
        if not cursor.fetchone()[0]:
            raise Conflict(f"{run.recipe} is running in {run.project.slug} already. Wait until it has finished.")
        try:
            same = Run.objects.filter(project=run.project_id, recipe=run.recipe, state=RunState.RUNNING)
            same.exclude(pk=run.pk).update(state=RunState.FAILED, error=INTERRUPTED, finished=timezone.now())
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('preferee run'), hashtext(%s))", [key])


def _reach(run: Run, done: int, total: int) -> None:
    Run.objects.filter(pk=run.pk).update(done=done, total=max(done, total))


def _finish(run: Run, state: RunState, *, error: str = "", result: dict[str, Any] | None = None) -> None:
    Run.objects.filter(pk=run.pk).update(state=state, error=error, result=result or {}, finished=timezone.now())
