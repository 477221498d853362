"""The step `import`: each file goes in whole or not at all, and says what came of it."""

import json

import pytest

from core.errors import PrefereeError
from core.models import AuditEvent, Prompt, RunState
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from core.steps.import_files import Import, ImportConfig

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return create_project("p")


@pytest.fixture
def file_of(tmp_path):
    def written(name, *lines):
        path = tmp_path / name
        path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
        return str(path)

    return written


def line(number):
    return {"prompt": f"Number {number}?", "responses": [{"id": "a", "content": "Yes."}]}


def imported(project, *files, **values):
    return run_here(start_run(project, "import", {"files": files, **values}))


def test_files_go_in_and_the_run_says_what_was_added(project, file_of, settings, tmp_path):
    settings.HOME = tmp_path / "home"
    run = imported(project, file_of("one.jsonl", line(1), line(2)), file_of("two.jsonl", line(2), line(3)))
    stage = run.stages.get()
    assert (run.state, stage.total, stage.done, Prompt.objects.count()) == (RunState.DONE, 2, 2, 3)
    assert stage.note.splitlines() == [
        "one.jsonl: 2 lines. Added 2 prompts, 2 responses.",
        "two.jsonl: 2 lines. Added 1 prompt, 1 response.",
    ]
    assert AuditEvent.objects.filter(verb="import").count() == 2
    assert len(list((settings.HOME / "imports" / "p").glob("*.report.json"))) == 2


def test_the_same_again_adds_nothing(project, file_of):
    path = file_of("one.jsonl", line(1))
    imported(project, path)
    assert "Added nothing new." in imported(project, path).stages.get().note
    assert Prompt.objects.count() == 1


def test_a_bad_line_is_refused_and_said_and_the_others_go_in(project, file_of):
    run = imported(project, file_of("one.jsonl", line(1), "{", line(2)))
    assert (run.state, Prompt.objects.count()) == (RunState.DONE, 2)
    assert "1 refused, the first line 2: " in run.stages.get().note


def test_a_file_that_is_not_there_fails_alone(project, file_of):
    run = imported(project, "nowhere.jsonl", file_of("two.jsonl", line(1)))
    stage = run.stages.get()
    assert (run.state, stage.done, stage.failed, Prompt.objects.count()) == (RunState.FAILED, 1, 1, 1)
    assert stage.failures.get().error == "nowhere.jsonl cannot be read: No such file or directory."


def test_strict_takes_all_or_nothing(project, file_of):
    run = imported(project, file_of("one.jsonl", line(1), "{"), strict=True)
    assert (run.state, Prompt.objects.count()) == (RunState.FAILED, 0)
    assert "Nothing went in, because of strict." in run.stages.get().failures.get().error


@pytest.mark.parametrize("values", [{}, {"sample": True, "files": ["a"]}])
def test_it_must_be_clear_what_to_import(project, values):
    with pytest.raises(PrefereeError, match="name files, or set sample to true, and not both"):
        start_run(project, "import", values)


def test_the_plan_says_how_much_there_is_to_read(file_of):
    path = file_of("one.jsonl", line(1))
    assert Import().plan(None, ImportConfig(files=(path, path))) == {"files": 2, "megabytes": 0.0}
    assert Import().plan(None, ImportConfig(sample=True)) == {"files": 1}
    with pytest.raises(PrefereeError, match="nowhere is not there"):
        Import().plan(None, ImportConfig(files=("nowhere",)))


def test_an_import_that_lost_its_lease_leaves_nothing(project, file_of, monkeypatch):
    """Somebody else took the file over while it was read: what was loaded goes with the transaction."""
    from core.models import Shard
    from core.steps import import_files

    original = import_files.import_file

    def overtaken(*args, **kwargs):
        done = original(*args, **kwargs)
        Shard.objects.update(token=99)
        return done

    monkeypatch.setattr(import_files, "import_file", overtaken)
    run = start_run(project, "import", {"files": [file_of("one.jsonl", line(1))]})
    from core.runs.work import visit

    visit(run.stages.get().pk, seconds=0.1)
    stage = run.stages.get()
    assert (Prompt.objects.count(), stage.done, stage.note) == (0, 0, "")
