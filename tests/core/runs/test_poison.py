"""One poisoned input of ten thousand fails alone, with its message, and is done when the cause is gone."""

import pytest

from core.models import Failure, RunState
from core.runs.actions import retry_failed
from core.runs.starting import start_run
from tests.core.runs.paced import Paced, written
from tests.core.runs.schedules import is_over
from tests.core.runs.workers import wait_for, workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("paced")]
INPUTS, POISONED = 10_000, 6_170


def failures(run):
    return list(Failure.objects.filter(stage__run=run).values_list("input", "error"))


def test_one_poisoned_input_of_ten_thousand_fails_alone_until_its_cause_is_gone(
    project, many_prompts, database_url, tmp_path, monkeypatch
):
    monkeypatch.setattr(Paced, "shard_size", 500)
    ids = many_prompts(INPUTS)
    cause = tmp_path / "cause"
    cause.touch()
    with workers(database_url, f"filesystem://{tmp_path}/broker", tmp_path, lease=20.0) as there:
        run = start_run(project, "paced", {"poison": ids[POISONED], "cause": str(cause)})
        wait_for(lambda: is_over(run), what=there.logs)
        stage = run.stages.get()
        assert (run.state, stage.done, stage.failed) == (RunState.DONE, INPUTS - 1, 1)
        assert failures(run) == [(ids[POISONED], "ValueError: It has no colour.")]
        assert written(run) == dict.fromkeys(ids[:POISONED] + ids[POISONED + 1 :], 1)
        cause.unlink()
        assert retry_failed(run) == 1
        wait_for(lambda: is_over(run), what=there.logs)
    stage.refresh_from_db()
    assert (run.state, stage.done, stage.failed, failures(run)) == (RunState.DONE, INPUTS, 0, [])
    assert written(run) == dict.fromkeys(ids, 1)


def test_an_input_that_kills_whoever_touches_it_fails_alone(project, prompts, database_url, tmp_path, monkeypatch):
    monkeypatch.setattr(Paced, "shard_size", 2)
    ids = prompts(20)
    cause = tmp_path / "cause"
    cause.touch()
    with workers(database_url, f"filesystem://{tmp_path}/broker", tmp_path, ["one", "beat"]) as there:
        run = start_run(project, "paced", {"poison": ids[6], "cause": str(cause), "deadly": True})
        deaths = 0
        while not is_over(run):
            wait_for(lambda: is_over(run) or bool(there.dead()), what=there.logs)
            for name in there.dead():
                deaths += 1
                there.start(name)
            assert deaths < 10, there.logs()
    assert (run.state, deaths) == (RunState.DONE, 3)
    assert failures(run) == [(ids[6], "A worker died on it 2 times.")]
    assert written(run) == dict.fromkeys(ids[:6] + ids[7:], 1)
