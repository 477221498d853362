"""One command serves everything, starts again what dies, and leaves nothing behind."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from config import embedded
from tests.config.conftest import homes
from tests.core.runs.workers import ROOT, wait_for
from tests.core.serving.served import Served, free_port, serving, surroundings
from tests.template import fill


@pytest.fixture
def home():
    with homes() as make:
        yield make()


def refusal(environment: dict[str, str], *options: str) -> str:
    """What `serve` says where it does not begin."""
    command = [sys.executable, "manage.py", "serve", *options]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def database_of(home: Path) -> psutil.Process:
    pid = embedded.status(home).pid
    assert pid is not None
    return psutil.Process(pid)


def kill_database(home: Path) -> None:
    database_of(home).kill()
    wait_for(lambda: not embedded.status(home).running, what="the database lives on")


def test_it_owns_the_database_starts_it_again_and_stops_everything_when_told_to(home, tmp_path):
    environment = surroundings(home)
    with serving(environment, tmp_path / "log") as served:
        assert f"Preferee is on http://127.0.0.1:{served.port}/" in served.said()
        assert f"Make the first one here, once:\n  http://127.0.0.1:{served.port}/welcome/" in served.said()
        assert f"is served already, by process {served.process.pid}" in refusal(environment, "--port", str(free_port()))
        kill_database(home)
        wait_for(lambda: embedded.status(home).running and served.is_whole(), what="the database is not back")
        wait_for(lambda: "PostgreSQL has ended; it is started again." in served.said(), what="it does not say so")
        assert served.ask_to_stop(signal.SIGTERM) == 0, served.said()
        assert served.said().rstrip().endswith("Everything has stopped.")
        assert not embedded.status(home).running


def test_killed_itself_it_leaves_no_program_and_the_next_one_takes_over(home, tmp_path):
    fill(home)
    environment = surroundings(home)
    with serving(environment, tmp_path / "log") as served:
        assert served.ask_to_stop(signal.SIGKILL) == -signal.SIGKILL
    with serving(environment, tmp_path / "next") as served:
        assert served.ask_to_stop(signal.SIGINT) == 0, served.said()
    assert not embedded.status(home).running, "the database of the one that was killed is nobody's"


def test_told_to_stop_while_it_prepares_it_stops_what_it_had_started(home, tmp_path):
    served = Served(surroundings(home), tmp_path / "log")
    wait_for(lambda: embedded.status(home).running, what="the database does not start")
    assert served.ask_to_stop(signal.SIGTERM) == 0, served.said()
    assert not embedded.status(home).running


def test_a_second_asking_ends_a_worker_that_does_not_stop_and_a_database_that_ran_before_runs_on(home, tmp_path):
    fill(home)
    embedded.ensure_running(home, durable=False)
    before = database_of(home)
    with serving(surroundings(home), tmp_path / "log") as served:
        worker = served.leader("worker 1")
        worker.suspend()
        served.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "A second Ctrl-C ends them at once" in served.said(), what="it does not say that it stops")
        assert served.ask_to_stop(signal.SIGINT) == 0
        assert not worker.is_running()
    assert database_of(home) == before


def test_the_demo_serves_through_the_same_group(home, tmp_path):
    with serving(surroundings(home), tmp_path / "log", verb="demo") as served:
        assert f"Open http://127.0.0.1:{served.port}/ and log in as\n  owner " in served.said()
        assert served.ask_to_stop(signal.SIGINT) == 0, served.said()
    assert not embedded.status(home).running


def test_a_port_that_is_taken_gets_a_sentence_and_nothing_is_started(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "Stop what listens there, or choose another port" in refusal(
            surroundings(home), "--port", str(taken.getsockname()[1])
        )
    assert not embedded.status(home).running


def test_passwords_do_not_cross_a_network_in_the_clear(home):
    assert "without HTTPS" in refusal(surroundings(home), "--host", "0.0.0.0", "--port", str(free_port()))


def test_a_broker_folder_that_others_may_read_is_refused(home):
    home.mkdir(mode=0o711)
    (home / "broker").mkdir(mode=0o755)
    (home / "broker").chmod(0o755)
    assert "is open to other users. Run `chmod" in refusal(surroundings(home), "--port", str(free_port()))
    assert not embedded.status(home).running


@pytest.mark.parametrize("option", ["--workers", "--web-workers"])
def test_a_number_of_processes_below_one_is_refused(home, option):
    command = [sys.executable, "manage.py", "serve", option, "0"]
    done = subprocess.run(command, cwd=ROOT, env=surroundings(home), capture_output=True, text=True, check=False)
    assert (done.returncode, "0 is less than 1." in done.stderr) == (2, True)
