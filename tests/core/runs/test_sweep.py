"""Whatever a crash leaves behind, the sweep goes on with; what is done is not done again."""

import pytest

from core.models import Run, RunState, Shard, Stage, StageState
from core.runs import course
from core.runs.actions import pause, run_here, sweep
from core.runs.course import go_on, settle
from core.runs.leases import claim
from core.runs.work import visit
from tests.core.runs.scripted import expire, scored
from tests.factories import RunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch) -> list[int]:
    """The stages that workers were told of."""
    told: list[int] = []
    for module in ("core.runs.course.ring", "core.runs.actions.ring"):
        monkeypatch.setattr(module, lambda stage: told.append(stage.pk))
    return told


@pytest.fixture
def two(begin, prompts) -> tuple[Run, Stage, Stage]:
    """A run of two stages over 25 prompts."""
    prompts(25)
    run, first = begin()
    second = Stage.objects.create(run=run, number=2, name="second", step="scripted", after=[1])
    return run, first, second


def states(run) -> list[str]:
    return [run.state, *run.stages.order_by("number").values_list("state", flat=True)]


def test_stages_follow_one_another_and_the_run_ends_with_the_last(two, step):
    run, first, second = two
    run_here(run)
    assert states(run) == ["done", "done", "done"]
    assert list(run.stages.values_list("total", "done")) == [(25, 25), (25, 25)]
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.finished <= second.started
    assert len(step.seen) == 6


def test_a_worker_that_died_between_two_stages(two, rung, monkeypatch):
    run, first, second = two
    with monkeypatch.context() as dying:
        dying.setattr(course, "go_on", lambda run_id: None)
        assert visit(first.pk) is False
    run.refresh_from_db()
    assert states(run) == ["running", "done", "waiting"]
    sweep()
    run.refresh_from_db()
    assert states(run) == ["running", "done", "running"]
    assert second.pk in rung
    run_here(run)
    assert states(run) == ["done", "done", "done"]


def test_who_watches_a_run_here_goes_on_with_it_between_two_stages(two, monkeypatch):
    run, first, _ = two
    with monkeypatch.context() as dying:
        dying.setattr(course, "go_on", lambda run_id: None)
        visit(first.pk)
    assert run_here(run).state == RunState.DONE


def test_a_worker_that_died_after_the_last_shard_before_it_closed_the_stage(begin, prompts, rung, monkeypatch):
    ids = prompts(25)
    run, stage = begin()
    with monkeypatch.context() as dying:
        dying.setattr("core.runs.work.settle", lambda stage_id: None)
        visit(stage.pk)
    assert (scored(), states(run)) == (ids, ["running", "running"])
    assert sweep() == 0
    run.refresh_from_db()
    assert states(run) == ["done", "done"]


def test_a_worker_that_died_before_it_ended_the_run(begin, prompts, monkeypatch):
    prompts(5)
    run, stage = begin()
    with monkeypatch.context() as dying:
        dying.setattr(course, "go_on", lambda run_id: None)
        visit(stage.pk)
    run.refresh_from_db()
    assert states(run) == ["running", "done"]
    sweep()
    run.refresh_from_db()
    assert states(run) == ["done", "done"]


def test_a_starter_that_died_before_it_had_planned(begin, prompts, rung):
    ids = prompts(25)
    run, stage = begin()
    Shard.objects.all().delete()
    Stage.objects.update(state=StageState.WAITING, total=0, started=None)
    sweep()
    assert rung.count(stage.pk) == 3, "when started, when planned, and for what can be claimed"
    run_here(run)
    assert (run.state, scored()) == (RunState.DONE, ids)


def test_a_lease_that_ran_out_is_rung_for_and_one_that_has_not_is_not(begin, prompts, rung):
    prompts(10)
    _, stage = begin()
    claim(stage.pk)
    rung.clear()
    assert (sweep(), rung) == (0, [])
    expire(stage)
    assert (sweep(), rung) == (1, [stage.pk])


def test_what_waits_for_its_next_try_is_rung_for_when_its_time_has_come(begin, prompts, rung):
    from core.runs.leases import release

    prompts(10)
    _, stage = begin()
    release(claim(stage.pk), after=100)
    assert sweep() == 0
    Shard.objects.update(not_before="2001-01-01T00:00Z")
    assert sweep() == 1


def test_a_paused_run_is_left_alone(two, rung):
    run, _, _ = two
    pause(run)
    rung.clear()
    assert (sweep(), rung) == (0, [])


def test_one_stage_that_cannot_be_planned_does_not_hold_up_the_others_for_good(begin, step, project, prompts, rung):
    ids = prompts(5)
    bad, _ = begin()
    good, stage = begin()
    Stage.objects.filter(run=bad).update(state=StageState.WAITING, step="gone")
    rung.clear()
    assert sweep() == 1
    assert rung == [stage.pk]
    bad.refresh_from_db()
    assert (bad.state, bad.error[:38]) == (RunState.FAILED, "scripted: There is no step “gone”. The")
    run_here(good)
    assert scored() == ids


def test_settling_twice_is_settling_once(two):
    run, first, second = two
    visit(first.pk)
    planned = list(Shard.objects.filter(stage=second).values_list("pk", flat=True))
    for _ in range(3):
        settle(first.pk)
        go_on(run.pk)
    assert list(Shard.objects.filter(stage=second).values_list("pk", flat=True)) == planned
    assert len(planned) == 3


def test_a_run_ends_once_and_its_end_is_not_moved(begin, prompts):
    prompts(5)
    run, stage = begin()
    run_here(run)
    finished = run.finished
    settle(stage.pk)
    go_on(run.pk)
    sweep()
    course.stop_stage(stage.pk, "too late")
    run.refresh_from_db()
    assert (run.state, run.error, run.finished) == (RunState.DONE, "", finished)


def test_a_row_of_an_older_version_that_has_no_stages_is_not_said_to_be_done():
    run = RunFactory(state="running")
    sweep()
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
