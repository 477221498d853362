"""The web server dies: of a run that it had begun nothing is lost, at whatever moment of the start."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from core.models import Run, RunState, Stage, StageState
from core.runs.starting import start_run
from tests.core.runs.paced import written
from tests.core.runs.schedules import comparisons, is_over, is_whole
from tests.core.runs.workers import wait_for, workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("paced")]

START = """
import django; django.setup()
import tests.core.runs.included
from core.models import Project
from core.runs.starting import start_run
start_run(Project.objects.get(slug="p"), "paced", {})
"""


@contextmanager
def process_of(there, *command):
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**there.environment, "DJANGO_SETTINGS_MODULE": "config.settings", "PREFEREE_LOCAL": "1"},
        cwd=there.folder,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers(port: int) -> bool:
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status == 200
    except OSError:
        return False


def test_a_run_ends_though_the_web_server_was_killed_in_its_midst(database_url, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    granian = ["-m", "granian", "--interface", "wsgi", "--port", str(port), "config.wsgi:application"]
    with workers(database_url, f"filesystem://{tmp_path}/broker", tmp_path) as there:
        run = start_run(comparisons("p"), "paced-judge", {"seconds": 0.1})
        with process_of(there, *granian):
            wait_for(lambda: answers(port), what=there.logs)
            wait_for(lambda: bool(written(run)), what=there.logs)
            assert not is_over(run)
        wait_for(lambda: is_over(run), what=there.logs)
    assert not answers(port)
    is_whole(run)


def test_a_run_that_was_recorded_and_no_more_is_planned_and_done_by_others(project, prompts, database_url, tmp_path):
    """Whoever starts it is killed when its row is there and its shards are not: another connection holds them up."""
    ids = prompts(30)
    with workers(database_url, f"filesystem://{tmp_path}/broker", tmp_path, []) as there:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE core_shard IN ACCESS EXCLUSIVE MODE")
            with process_of(there, "-c", START):
                wait_for(lambda: Run.objects.exists(), what=there.logs)
        assert Stage.objects.get().state == StageState.WAITING
        for name in ("one", "beat"):
            there.start(name)
        run = Run.objects.get()
        wait_for(lambda: is_over(run), what=there.logs)
    assert (run.state, written(run)) == (RunState.DONE, dict.fromkeys(ids, 1))
