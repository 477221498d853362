"""Stages wait for those they need and for nothing else; one that waits for people parks the run."""

import pytest

from core.models import Run, RunState, Stage, StageState
from core.recipes.shelf import Text
from core.runs import steps
from core.runs.actions import cancel, pause, resume, retry_failed, run_again, run_here, sweep
from core.runs.starting import begin_run, record_run, start_run
from core.runs.steps import Context, Failed, Gate, PermanentError, StepConfig
from core.runs.work import visit
from tests.core.runs.scripted import scored

pytestmark = pytest.mark.django_db
DIAMOND = """\
recipe: diamond
stages:
  - {uses: scripted, name: top}
  - {uses: scripted, name: left, after: [top], with: {times: 2}}
  - {uses: scripted, name: right, after: [top], with: {times: 3}}
  - {uses: scripted, name: bottom, after: [left, right], with: {times: 4}}
"""
GATED = "recipe: gated\nstages:\n  - uses: scripted\n  - uses: gate\n  - {uses: scripted, name: last}\n"


class Slow(Gate):
    """Opens when the test says how few are left."""

    name = "gate"
    summary = "For tests."
    left = 5

    def plan(self, project, config):
        return {}

    def inputs(self, context: Context):
        return range(5)

    def waiting(self, context: Context) -> int:
        return self.left


@pytest.fixture
def gate(monkeypatch) -> Slow:
    slow = Slow()
    monkeypatch.setitem(steps._steps, "gate", slow)
    return slow


@pytest.fixture
def start(project, step, gate, prompts):
    prompts(25)
    return lambda source, **settings: start_run(project, Text("r", source, "r.yaml"), {}, **settings)


def states(run: Run) -> dict[str, str]:
    return dict(run.stages.order_by("number").values_list("name", "state"))


def test_stages_that_need_the_same_one_open_together_and_the_last_waits_for_both(start):
    run = start(DIAMOND)
    stage = {stage.name: stage.pk for stage in run.stages.all()}
    assert states(run) == {"top": "running", "left": "waiting", "right": "waiting", "bottom": "waiting"}
    visit(stage["top"])
    assert states(run) == {"top": "done", "left": "running", "right": "running", "bottom": "waiting"}
    visit(stage["right"])
    assert states(run) == {"top": "done", "left": "running", "right": "done", "bottom": "waiting"}
    visit(stage["left"])
    assert states(run) == {"top": "done", "left": "done", "right": "done", "bottom": "running"}
    visit(stage["bottom"])
    run.refresh_from_db()
    assert (run.state, set(states(run).values())) == (RunState.DONE, {"done"})


def test_where_one_stage_fails_nothing_that_needs_it_begins(start, step):
    run = start(DIAMOND)
    step.act = lambda one: Failed(one, ValueError("bad"))
    run_here(run)
    assert run.state == RunState.FAILED
    assert run.error.startswith("top: 25 of 25 inputs failed")
    assert states(run) == {"top": "failed", "left": "waiting", "right": "waiting", "bottom": "waiting"}


def test_a_stage_that_waits_for_people_parks_the_run_and_holds_no_worker(start, gate):
    run = start(GATED)
    run_here(run)
    assert run.state == RunState.PARKED
    assert states(run) == {"scripted": "done", "gate": "parked", "last": "waiting"}
    assert visit(run.stages.get(name="gate").pk) is False
    assert (sweep(), run.stages.get(name="gate").done) == (0, 0)
    gate.left = 2
    sweep()
    assert (run.stages.get(name="gate").done, states(run)["last"]) == (3, "waiting")
    gate.left = 0
    assert sweep() == 1
    run.refresh_from_db()
    assert (run.state, states(run)["gate"], states(run)["last"]) == ("running", "done", "running")
    assert run_here(run).state == RunState.DONE


def test_while_another_stage_goes_the_run_is_not_parked(start):
    run = start("recipe: both\nstages:\n  - uses: gate\n  - {uses: scripted, after: []}\n")
    assert (run.state, states(run)) == (RunState.RUNNING, {"gate": "parked", "scripted": "running"})
    run_here(run)
    assert (run.state, states(run)) == (RunState.PARKED, {"gate": "parked", "scripted": "done"})


def test_a_gate_that_cannot_tell_fails_its_run_and_holds_up_no_other(start, gate, monkeypatch):
    bad, good = start(GATED), start(GATED)
    run_here(bad)
    run_here(good)
    bad.stages.filter(name="gate").update(step="gone")
    gate.left = 0
    assert sweep() == 1
    bad.refresh_from_db()
    assert (bad.state, bad.error[:31]) == (RunState.FAILED, "gate: There is no step “gone”. ")
    assert run_here(good).state == RunState.DONE
    third = run_here(start(GATED.replace("recipe: gated", "recipe: third")))
    assert third.state == RunState.DONE


def test_a_gate_that_failed_is_a_gate_again_when_it_is_retried(start, gate, monkeypatch):
    run = run_here(start(GATED))
    with monkeypatch.context() as broken:
        broken.setattr(gate, "waiting", lambda context: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sweep()
    retry_failed(run)
    run.refresh_from_db()
    assert (run.state, states(run)["gate"]) == (RunState.PARKED, "parked")
    gate.left = 0
    sweep()
    assert run_here(run).state == RunState.DONE


def test_a_stage_that_could_not_be_planned_is_planned_again_when_it_is_retried(project, step, prompts, monkeypatch):
    ids = prompts(25)
    with monkeypatch.context() as empty:
        empty.setattr(step, "inputs", lambda context: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            start_run(project, "scripted", {})
    run = Run.objects.get()
    assert run.state == RunState.FAILED
    retry_failed(run)
    assert (run_here(run).state, run.stages.get().total, scored()) == (RunState.DONE, 25, ids)


def test_a_defect_of_a_gate_is_reported_and_met_once(start, gate, monkeypatch):
    run = run_here(start(GATED))
    monkeypatch.setattr(gate, "waiting", lambda context: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sweep()
    assert sweep() == 0
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "gate: ZeroDivisionError: division by zero")


def test_a_gate_with_nothing_to_wait_for_is_open(start, gate):
    gate.left = 0
    assert run_here(start(GATED)).state == RunState.DONE


def test_a_parked_run_can_be_paused_resumed_and_cancelled(start, gate):
    run = run_here(start(GATED))
    pause(run)
    gate.left = 0
    sweep()
    assert states(run)["gate"] == "parked"
    gate.left = 5
    resume(run)
    run.refresh_from_db()
    assert run.state == RunState.PARKED
    cancel(run)
    gate.left = 0
    sweep()
    run.refresh_from_db()
    assert (run.state, states(run)["last"]) == (RunState.CANCELLED, "waiting")


def test_a_queued_run_is_begun_once(project, step, prompts):
    prompts(5)
    run = record_run(project, "scripted", {})
    assert (run.state, run.started, run.stages.get().state) == (RunState.QUEUED, None, StageState.WAITING)
    other = Run.objects.get(pk=run.pk)
    assert (begin_run(run), begin_run(other)) == (True, False)
    assert (run.state, other.state) == (RunState.RUNNING, RunState.RUNNING)
    assert run.stages.get().shards.count() == 1


def test_a_starter_that_died_before_it_began_costs_a_sweep(project, step, prompts):
    ids = prompts(5)
    run = record_run(project, "scripted", {})
    sweep()
    assert run_here(run).state == RunState.DONE
    assert scored() == ids


class Pinned(StepConfig):
    model: str = "m@latest"


def test_what_moves_is_pinned_when_the_run_begins(project, step, prompts, monkeypatch):
    monkeypatch.setattr(type(step), "Config", Pinned)
    monkeypatch.setattr(type(step), "pin", lambda self, project, config: Pinned(model="m@7"))
    run = record_run(project, "scripted", {})
    assert run.stages.get().config == {"model": "m@latest"}
    begin_run(run)
    assert run.stages.get().config == {"model": "m@7"}
    assert run.settings == {}


def test_a_reference_that_means_nothing_fails_the_run_with_a_sentence(project, step, monkeypatch):
    def nothing(self, project, config):
        raise PermanentError("There is no model m. Add an endpoint.")

    monkeypatch.setattr(type(step), "pin", nothing)
    run = start_run(project, "scripted", {})
    assert (run.state, run.error) == (RunState.FAILED, "scripted: There is no model m. Add an endpoint.")


def test_again_is_the_same_text_with_the_same_settings_over_what_is_there_now(start, prompts):
    first = start(DIAMOND, max_cost=3)
    cancel(first)
    prompts(5)
    second = run_again(first)
    assert (second.recipe, second.settings, second.max_cost) == (first.recipe, first.settings, 3)
    assert second.stages.get(name="top").total == 30
    assert Stage.objects.filter(run=second).count() == 4
