"""A run is a row that says what became of it."""

import threading
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from django.db import connection

from core.errors import PrefereeError
from core.models import AuditEvent, Comparison, Project, Run, RunState
from core.projects import create_project
from core.runs import steps
from core.runs.actions import INTERRUPTED, execute, start_run
from core.runs.steps import Step, StepConfig
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


class Config(StepConfig):
    times: int = 2


class Scripted(Step):
    """Does what the test says."""

    name: ClassVar[str] = "scripted"
    summary: ClassVar[str] = "For tests."
    Config: ClassVar[type[StepConfig]] = Config
    act: Callable[[Project, Config], None] = staticmethod(lambda project, config: None)

    def plan(self, project: Project, config: Any) -> dict[str, float]:
        return {"times": config.times}

    def execute(self, project: Project, config: Any, reach: Any) -> dict[str, Any]:
        for time in range(config.times):
            reach(time + 1, config.times)
        self.act(project, config)
        return {"times": config.times}


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    scripted = Scripted()
    monkeypatch.setitem(steps._steps, "scripted", scripted)
    return scripted


@pytest.fixture
def project() -> Project:
    return create_project("p")


def test_a_run_without_a_broker_is_over_when_it_has_started(project, step):
    starter = UserFactory()
    run = start_run(project, "scripted", {"times": 3}, by=starter)
    assert (run.state, run.is_over, run.result, run.error) == (RunState.DONE, True, {"times": 3}, "")
    assert (run.config, run.done, run.total, run.created_by) == ({"times": 3}, 3, 3, starter)
    assert run.created <= run.started <= run.finished
    event = AuditEvent.objects.get(verb="run.start")
    assert (event.actor, event.target, event.detail) == (starter, "scripted", {"config": {"times": 3}})


@pytest.mark.parametrize(
    ("recipe", "values"), [("nothing", {}), ("scripted", {"times": "many"}), ("scripted", {"x": 1})]
)
def test_a_run_that_cannot_be_leaves_no_row(project, step, recipe, values):
    with pytest.raises(PrefereeError):
        start_run(project, recipe, values)
    assert not Run.objects.exists()


def test_a_failure_with_a_sentence_is_kept_with_the_run(project, step):
    def fails(*_: Any) -> None:
        raise PrefereeError("There is nothing to judge. Import something first.")

    step.act = fails
    run = start_run(project, "scripted", {})
    assert (run.state, run.error) == (RunState.FAILED, "There is nothing to judge. Import something first.")
    assert run.finished is not None


@pytest.mark.parametrize("error", [ValueError("bug"), KeyboardInterrupt("stop")])
def test_any_other_failure_is_kept_and_crashes(project, step, error):
    def fails(*_: Any) -> None:
        raise error

    step.act = fails
    with pytest.raises(type(error)):
        start_run(project, "scripted", {})
    run = Run.objects.get()
    assert run.state == RunState.FAILED
    assert run.error.startswith(INTERRUPTED)
    assert type(error).__name__ in run.error


def test_a_run_is_executed_once(project, step):
    times: list[int] = []
    step.act = lambda *_: times.append(1)
    run = start_run(project, "scripted", {})
    execute(run.pk)
    execute(run.pk + 1000)
    assert times == [1]


def test_a_run_whose_process_died_is_marked_when_the_next_one_starts(project, step):
    dead = {"recipe": "scripted", "state": RunState.RUNNING, "code_version": "0"}
    mine = Run.objects.create(project=project, **dead)
    others = [Run.objects.create(project=project, **{**dead, "recipe": "compare"})]
    others.append(Run.objects.create(project=create_project("other"), **dead))
    assert start_run(project, "scripted", {}).state == RunState.DONE
    mine.refresh_from_db()
    assert (mine.state, mine.error) == (RunState.FAILED, INTERRUPTED)
    assert set(Run.objects.filter(pk__in=[run.pk for run in others]).values_list("state", flat=True)) == {"running"}


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_of_a_recipe_at_once_one_is_refused_with_a_sentence(project, step):
    inside, leave = threading.Event(), threading.Event()

    def waits(*_: Any) -> None:
        inside.set()
        assert leave.wait(timeout=20)

    def first() -> None:
        start_run(project, "scripted", {})
        connection.close()

    step.act = waits
    thread = threading.Thread(target=first)
    thread.start()
    try:
        assert inside.wait(timeout=20)
        refused = start_run(project, "scripted", {})
        assert (refused.state, refused.error) == (
            RunState.FAILED,
            "scripted is running in p already. Wait until it has finished.",
        )
        step.act = lambda *_: None
        assert start_run(create_project("other"), "scripted", {}).state == RunState.DONE
    finally:
        leave.set()
        thread.join()
    assert Run.objects.earliest("id").state == RunState.DONE
    assert start_run(project, "scripted", {}).state == RunState.DONE


@pytest.mark.django_db(transaction=True)
def test_with_a_broker_a_run_is_announced_only_when_its_row_can_be_seen(project, step, settings, monkeypatch):
    from core.tasks import execute_run

    announced: list[tuple[int, bool]] = []
    settings.CELERY_BROKER_URL = "memory://"
    monkeypatch.setattr(
        execute_run, "delay", lambda pk: announced.append((pk, connection.in_atomic_block)), raising=True
    )
    run = start_run(project, "scripted", {})
    assert announced == [(run.pk, False)]
    assert run.state == RunState.QUEUED


def test_an_interrupted_run_and_another_make_the_same_as_one(project, load, monkeypatch):
    from core.comparing import step as comparing

    other = create_project("other")
    responses = [{"id": text, "content": text} for text in "abcd"]
    lines = [{"prompt": f"Number {number}?", "responses": responses} for number in range(6)]
    load(project, *lines)
    load(other, *lines)
    start_run(other, "compare", {})
    monkeypatch.setattr(comparing, "PROMPTS_A_BATCH", 2)
    original, calls = comparing._create, []

    def dies(*args: Any) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("killed")
        return original(*args)

    monkeypatch.setattr(comparing, "_create", dies)
    with pytest.raises(RuntimeError):
        start_run(project, "compare", {})
    assert 0 < Comparison.objects.filter(project=project).count() < 36
    assert start_run(project, "compare", {}).result == {"comparisons": 12}
    keys = [set(map(bytes, each.comparisons.values_list("key", flat=True))) for each in (project, other)]
    assert keys[0] == keys[1]
    assert Comparison.objects.filter(project=project).count() == 36
