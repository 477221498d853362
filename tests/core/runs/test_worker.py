"""A real Celery worker takes a run from a broker and does it."""

import time

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection

from config.celery import app
from core.models import Run, RunState
from core.projects import create_project
from core.runs.actions import start_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker(settings):
    before = app.conf.broker_url
    app.conf.broker_url = settings.CELERY_BROKER_URL = "memory://"
    yield
    app.conf.broker_url = before


def wait_until_over(run: Run) -> None:
    deadline = time.monotonic() + 30
    while not run.is_over and time.monotonic() < deadline:
        time.sleep(0.05)
        run.refresh_from_db()


@pytest.mark.usefixtures("broker")
def test_a_worker_executes_the_run_and_its_row_says_so(load):
    project = create_project("p")
    responses = [{"id": text, "content": text} for text in "abc"]
    load(project, {"prompt": "Which?", "responses": responses})
    run = start_run(project, "compare", {})
    assert run.state == RunState.QUEUED
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        wait_until_over(run)
    assert (run.state, run.result, run.error) == (RunState.DONE, {"comparisons": 3}, "")
    assert project.comparisons.count() == 3
    connection.close()


def test_the_task_is_registered_under_the_name_that_messages_carry():
    app.loader.import_default_modules()
    assert "core.execute_run" in app.tasks
