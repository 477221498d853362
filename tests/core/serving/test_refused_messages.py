"""A real worker refuses what is laid into the broker's folder and is no message of ours, and works on."""

import pickle
from pathlib import Path

import pytest
from kombu import Connection, Queue

from config.broker import folders
from core.models import Run
from core.projects import create_project
from core.runs.actions import start_run
from tests.core.runs.workers import wait_for, workers

pytestmark = pytest.mark.django_db(transaction=True)


class Bomb:
    """Whoever unpickles it writes the file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def lay_in(url: str, file: Path) -> None:
    """A pickle, a call of a task that nobody knows, calls with the wrong arguments, and files that are no messages."""
    cpu = Queue("cpu", routing_key="cpu")
    with Connection("filesystem://", transport_options=folders(url)) as connection:
        producer = connection.Producer(serializer="json")
        for task, arguments in [("os.system", ["true"]), ("core.visit_stage", [{"a": 1}]), ("core.sweep", [1, 2])]:
            headers = {"task": task, "id": f"id of {task}", "lang": "py"}
            producer.publish([arguments, {}, {}], headers=headers, exchange="", routing_key="cpu", declare=[cpu])
        for headers in ({}, {"task": "core.sweep", "id": "pickled", "lang": "py"}):
            content = {"content_type": "application/x-python-serialize", "content_encoding": "binary"}
            producer.publish(pickle.dumps(Bomb(file)), headers=headers, routing_key="cpu", **content)
    messages = Path(folders(url)["data_folder_in"])
    (messages / "0.cpu.msg").write_bytes(pickle.dumps(Bomb(file)))
    (messages / "1.cpu.msg").write_text("{}")


def is_over(run: Run) -> bool:
    run.refresh_from_db()
    return run.is_over


def test_a_worker_refuses_pickles_and_unknown_tasks_and_does_the_next_run(load, database_url, tmp_path):
    url, file = f"filesystem://{tmp_path / 'broker'}", tmp_path / "unpickled"
    lay_in(url, file)
    project = create_project("p")
    load(project, {"prompt": "Which?", "responses": [{"id": text, "content": text} for text in "abc"]})
    with workers(database_url, url, tmp_path, ["one"]) as there:
        messages = tmp_path / "broker" / "messages"
        wait_for(lambda: not any(messages.iterdir()), what=there.logs)
        run = start_run(project, "compare", {})
        there.start("beat")
        wait_for(lambda: is_over(run) or there.running["one"].poll() is not None, what=there.logs)
        assert there.running["one"].poll() is None, there.logs()
        said = (tmp_path / "one.log").read_text()
    assert (run.state, project.comparisons.count()) == ("done", 3)
    assert not file.exists()
    assert "Received unregistered task of type 'os.system'" in said
    assert said.count("application/x-python-serialize") >= 2
    assert said.count("is no message and was removed") == 2
