"""Celery tasks. A message carries a stage's id and means: come and look. The rows say what there is to do."""

from typing import Any

from celery.signals import worker_ready
from celery.worker import state
from django.conf import settings

from config.celery import app
from core import deletion, renderings, resets
from core.auditing.sealing import seal
from core.facts.draining import renew_all
from core.images import ringing
from core.images.finding import find_images as find_images_of
from core.images.keeping import keep_images
from core.models import Project, Stage
from core.runs import actions
from core.runs.course import ring
from core.runs.turns import claimable, whose_turn
from core.runs.work import visit
from core.schedules.firing import fire, fire_due
from core.schedules.telling import tell_all
from core.uploads.ending import sweep_uploads


@app.task(name="core.visit_stage")  # type: ignore[untyped-decorator]
def visit_stage(stage_id: int) -> None:
    """A bell is passed on before the work begins, so that there is always one for whoever is free, and never a heap."""
    turn = whose_turn(stage_id)
    rung = claimable(stage_id, more_than=1 if turn == stage_id else 0)
    if rung:
        _ring(stage_id)
    if visit(turn, is_wanted_elsewhere=_is_stopping) and turn == stage_id and not rung:
        _ring(stage_id)


def _is_stopping() -> bool:
    """Whether this worker was asked to stop: it finishes the shard that it has, and claims no other."""
    code = state.should_stop  # the exit code, which may be 0
    return code is not None and code is not False


def _ring(stage_id: int) -> None:
    for stage in Stage.objects.filter(pk=stage_id):
        ring(stage)


@app.task(name="core.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """What is due first: a run that begins here is rung for at once. Facts last, for half of the time till the next."""
    fire_due()
    actions.sweep()
    tell_all()
    sweep_uploads()
    for project_id in deletion.under_way():
        deletion.begin(project_id)
    resets.send_all()
    ringing.sweep()
    renew_all(seconds=settings.LEASE_SECONDS / 8)


@app.task(name="core.fire_schedule")  # type: ignore[untyped-decorator]
def fire_schedule(schedule_id: int) -> None:
    """Beat's bell. It may come early, late, twice or never: the row says whether the schedule is due."""
    fire(schedule_id)


@app.task(name="core.delete_project")  # type: ignore[untyped-decorator]
def delete_project(project_id: int) -> None:
    """For a while, then it rings again for the rest; the sweep rings where a worker died over it."""
    if deletion.go_on(project_id):
        delete_project.delay(project_id)


@app.task(name="core.send_reset")  # type: ignore[untyped-decorator]
def send_reset(reset_id: int) -> None:
    """The bell of one row; what it misses the sweep sends."""
    resets.send(reset_id)


@app.task(name="core.seal_audit")  # type: ignore[untyped-decorator]
def seal_audit() -> None:
    """The events of the last minute become a batch of the audit log's chain."""
    seal()


@app.task(name="core.find_images")  # type: ignore[untyped-decorator]
def find_images(project_id: int) -> None:
    """In the texts that were added; then it rings for those who fetch them, and for itself where more is left."""
    for project in Project.objects.standing().filter(pk=project_id):
        if find_images_of(project):
            find_images.delay(project_id)
    ringing.ring_to_fetch()


@app.task(name="core.fetch_images")  # type: ignore[untyped-decorator]
def fetch_images() -> None:
    """Some of those that wait, on any machine; what is left rings again."""
    if keep_images():
        fetch_images.delay()


@app.task(name="core.forget_renderings")  # type: ignore[untyped-decorator]
def forget_renderings() -> None:
    """Those that another version of the renderer made."""
    renderings.forget_old_ones()


@worker_ready.connect  # type: ignore[untyped-decorator]
def look_around(**_: Any) -> None:
    """A worker that starts finds what was left when the last one ended."""
    sweep.delay()
    forget_renderings.delay()
