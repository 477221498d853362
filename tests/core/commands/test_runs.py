"""What can be done with a run from the shell."""

import pytest

from core.models import Run, RunState
from core.projects import create_project
from core.runs.actions import pause, run_here
from core.runs.starting import start_run
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory

pytestmark = pytest.mark.django_db
GATED = "recipe: audit\nstages:\n  - uses: people\n  - uses: aggregate\n"


@pytest.fixture
def project(load):
    project = create_project("p")
    load(project, {"prompt": "Which?", "responses": [{"id": text, "content": text} for text in "abc"]})
    return project


def test_runs_are_listed_newest_first(manage, project):
    first, second = start_run(project, "compare", {}), start_run(project, "aggregate", {})
    run_here(first)
    lines = manage("runs", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == [str(second.public), str(first.public)]
    assert lines[1].split()[1:] == ["p", "compare", "done"]
    assert manage("runs", "list", "--state", "failed").out == ""
    assert str(first.public) in manage("runs", "list", "--project", "p", "--state", "done").out


def test_a_run_is_shown_with_its_stages_and_what_failed(manage, project):
    run = run_here(start_run(project, "import", {"files": ["nowhere.jsonl"]}))
    out = manage("runs", "show", str(run.public)).out
    assert "import 1: failed. import: 1 of 1 inputs failed" in out
    assert "1. import               failed   0 of 1, 1 failed." in out
    assert "input 0: nowhere.jsonl cannot be read" in out


def test_a_run_is_paused_and_gone_on_with(manage, project):
    run = start_run(project, "compare", {})
    ended = manage("runs", "pause", str(run.public)[-12:])
    assert (ended.code, ended.out) == (0, f"The run {run.public} is paused.\n")
    assert manage("runs", "pause", str(run.public)).err == "The run is paused, so this cannot be done."
    ended = manage("runs", "resume", str(run.public))
    run.refresh_from_db()
    assert (ended.code, run.state, project.comparisons.count()) == (0, RunState.DONE, 3)


def test_a_run_is_cancelled_and_run_again(manage, project):
    run = start_run(project, "compare", {"policy": "random_pairs"})
    assert manage("runs", "cancel", str(run.public)).code == 0
    assert manage("runs", "again", str(run.public)).code == 0
    again = Run.objects.latest("pk")
    assert (again.state, again.settings, project.comparisons.count()) == (RunState.DONE, {"policy": "random_pairs"}, 1)


def test_what_failed_is_retried(manage, project, tmp_path):
    path = tmp_path / "late.jsonl"
    run = run_here(start_run(project, "import", {"files": [str(path)]}))
    assert run.state == RunState.FAILED
    path.write_text('{"prompt": "New?"}\n')
    ended = manage("runs", "retry", str(run.public))
    assert (ended.code, project.prompts.count()) == (0, 2)
    assert "late.jsonl: 1 lines" not in ended.out
    assert "import: late.jsonl: 1 line. Added 1 prompt." in ended.out


def test_a_run_that_waits_for_people_says_so_with_a_code_of_its_own(manage, project, tmp_path):
    comparison = ComparisonFactory(project=project)
    path = tmp_path / "audit.yaml"
    path.write_text(GATED)
    ended = manage("run_recipe", str(path), "--project", "p")
    run = Run.objects.get()
    assert (ended.code, run.state) == (3, RunState.PARKED)
    assert ended.err.startswith(f"The run {run.public} waits for people; comparisons left: 1.")
    assert manage("runs", "go-on", str(run.public)).code == 3
    JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project, kind="human"), order=None)
    assert manage("runs", "go-on", str(run.public)).code == 0
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_a_paused_run_is_not_over(manage, project):
    run = start_run(project, "compare", {})
    pause(run)
    ended = manage("runs", "go-on", str(run.public))
    assert (ended.code, ended.err) == (3, f"The run {run.public} is paused.")


@pytest.mark.parametrize("name", ["", "nothing", "01a213da-0e8b-7a0f-96b0-50eaf191d219"])
def test_a_run_that_is_not_there_gets_a_sentence(manage, project, name):
    ended = manage("runs", "show", name)
    assert ended.code == 1
    assert ended.err == f"0 runs are called “{name}”. manage.py runs list shows their ids."
