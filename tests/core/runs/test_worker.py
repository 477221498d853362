"""A real Celery worker hears of a run from a broker and does it."""

import time

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection

from config.celery import app
from core.models import Run, RunState
from core.projects import create_project
from core.runs.starting import start_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker(settings):
    before = app.conf.broker_url
    app.conf.broker_url = settings.CELERY_BROKER_URL = "memory://"
    yield
    app.conf.broker_url = before


def wait_until_over(run: Run) -> None:
    deadline = time.monotonic() + 60
    while not run.is_over and time.monotonic() < deadline:
        time.sleep(0.05)
        run.refresh_from_db()


@pytest.mark.usefixtures("broker")
def test_a_worker_does_what_was_rung_for_and_its_row_says_so(load):
    project = create_project("p")
    responses = [{"id": text, "content": text} for text in "abc"]
    load(project, {"prompt": "Which?", "responses": responses})
    run = start_run(project, "compare", {})
    assert run.state == RunState.RUNNING
    assert project.comparisons.count() == 0
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        wait_until_over(run)
    assert (run.state, run.stages.get().done, run.error) == (RunState.DONE, 1, "")
    assert project.comparisons.count() == 3
    connection.close()


def test_the_tasks_are_registered_under_the_names_that_messages_carry_and_the_clock_rings():
    app.loader.import_default_modules()
    assert {"core.visit_stage", "core.sweep"} <= set(app.tasks)
    assert [entry["task"] for entry in app.conf.beat_schedule.values()] == ["core.sweep", "core.seal_audit"]


def test_a_worker_that_is_told_nothing_else_listens_where_stages_ring():
    assert app.conf.task_default_queue == "cpu"
