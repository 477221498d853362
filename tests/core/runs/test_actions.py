"""A run is a row that says what became of it, and a person can hold it, end it and have another try."""

import asyncio

import pytest
from django.db import connection

from core.errors import Conflict, PrefereeError
from core.models import AuditEvent, Comparison, Failure, Run, RunState, StageState
from core.projects import create_project
from core.runs import actions
from core.runs.actions import cancel, pause, resume, retry_failed, run_here
from core.runs.starting import start_run
from core.runs.steps import Failed
from core.runs.work import visit
from tests.core.runs.scripted import scored
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_run_is_planned_when_it_has_started_and_over_when_it_was_worked_on(project, step, prompts):
    ids, starter = prompts(25), UserFactory()
    run = start_run(project, "scripted", {"times": 3}, by=starter)
    stage = run.stages.get()
    assert (run.state, run.created_by, stage.state, stage.total, stage.done) == ("running", starter, "running", 25, 0)
    assert (stage.config, stage.queue) == ({"times": 3}, "cpu")
    event = AuditEvent.objects.get(verb="run.start")
    assert (event.actor, event.target) == (starter, str(run.public))
    assert event.detail == {"recipe": "scripted", "settings": {"times": 3}}
    run_here(run)
    stage.refresh_from_db()
    assert (run.state, run.is_over, run.error) == (RunState.DONE, True, "")
    assert (stage.state, stage.done, stage.failed) == (StageState.DONE, 25, 0)
    assert run.created <= run.started <= stage.started <= stage.finished <= run.finished
    assert scored() == ids


@pytest.mark.parametrize(
    ("recipe", "values"), [("nothing", {}), ("scripted", {"times": "many"}), ("scripted", {"x": 1})]
)
def test_a_run_that_cannot_be_leaves_no_row(project, step, recipe, values):
    with pytest.raises(PrefereeError):
        start_run(project, recipe, values)
    assert not Run.objects.exists()


def test_a_run_that_has_nothing_to_do_is_done(begin):
    run, stage = begin()
    assert (run.state, stage.state, stage.total) == (RunState.DONE, StageState.DONE, 0)


def test_a_run_that_can_do_nothing_is_kept_with_its_sentence(project, step, monkeypatch):
    def nothing(context):
        raise PrefereeError("There is nothing to judge. Import something first.")

    monkeypatch.setattr(step, "inputs", nothing)
    run = start_run(project, "scripted", {})
    assert (run.state, run.error) == ("failed", "scripted: There is nothing to judge. Import something first.")
    assert run.finished is not None


def test_a_defect_while_planning_is_kept_and_crashes(project, step, monkeypatch):
    def broken(context):
        raise ZeroDivisionError("bug")

    monkeypatch.setattr(step, "inputs", broken)
    with pytest.raises(ZeroDivisionError):
        start_run(project, "scripted", {})
    run = Run.objects.get()
    assert (run.state, run.error, run.stages.get().state) == (
        "failed",
        "scripted: ZeroDivisionError: bug",
        StageState.FAILED,
    )
    assert actions.sweep() == 0


def test_a_paused_run_is_held_and_goes_on_where_it_stopped(begin, step, prompts):
    ids = prompts(40)
    run, stage = begin()
    step.before = lambda batch: pause(run) if len(step.seen) == 2 else None
    run_here(run)
    assert (run.state, scored()) == (RunState.PAUSED, ids[:20]), "what was at work is finished, nothing else is begun"
    assert visit(stage.pk) is False
    assert actions.sweep() == 0
    assert scored() == ids[:20]
    resume(run)
    run_here(run)
    assert (run.state, scored(), len(step.seen)) == (RunState.DONE, ids, 4)


def test_a_cancelled_run_stops_within_one_batch_and_keeps_what_it_has(begin, step, prompts):
    ids = prompts(40)
    run, stage = begin()
    step.before = lambda batch: cancel(run)
    run_here(run)
    assert (run.state, scored(), len(step.seen)) == (RunState.CANCELLED, ids[:10], 1)
    assert run.finished is not None
    assert (visit(stage.pk), actions.sweep(), len(step.seen)) == (False, 0, 1)


def test_a_cancelled_run_opens_no_further_stage(begin, step, prompts):
    prompts(5)
    run, stage = begin()
    stage.pk, stage.number, stage.name, stage.after = None, 2, "second", [1]
    stage.state = StageState.WAITING
    stage.save(force_insert=True)
    step.before = lambda batch: cancel(run)
    run_here(run)
    assert list(run.stages.order_by("number").values_list("state", flat=True)) == ["done", "waiting"]
    assert run.state == RunState.CANCELLED


@pytest.mark.parametrize("verb", [pause, resume, cancel, retry_failed])
def test_a_run_that_is_over_cannot_be_changed(begin, verb):
    run, _ = begin()
    with pytest.raises(Conflict):
        verb(run)
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_what_people_do_with_a_run_is_on_record(begin, prompts):
    prompts(1)
    run, _ = begin()
    ann = UserFactory()
    for verb in (pause, resume, cancel):
        verb(run, by=ann)
    verbs = AuditEvent.objects.filter(actor=ann).order_by("pk").values_list("verb", "target")
    assert list(verbs) == [(f"run.{verb}", str(run.public)) for verb in ("pause", "resume", "cancel")]


def test_what_failed_is_retried_when_the_cause_is_gone(begin, step, prompts):
    ids = prompts(40)
    bad = set(ids[::8])
    run, stage = begin()
    step.act = lambda one: Failed(one, ValueError("bad")) if one in bad else None
    run_here(run)
    assert run.state == RunState.FAILED
    assert run.error == (
        "scripted: 5 of 40 inputs failed, more than the stage tolerates."
        " Remove the cause that the failures name, then retry them."
    )
    step.act = lambda one: None
    step.seen.clear()
    assert retry_failed(run) == 5
    run_here(run)
    stage.refresh_from_db()
    assert step.seen == [sorted(bad)], "nothing is done again that succeeded"
    assert (run.state, run.error, stage.done, stage.failed) == (RunState.DONE, "", 40, 0)
    assert (scored(), Failure.objects.count()) == (ids, 0)


def test_what_a_done_run_tolerated_can_be_retried_too(begin, step, prompts):
    ids = prompts(40)
    run, _stage = begin()
    step.act = lambda one: Failed(one, ValueError("bad")) if one == ids[0] else None
    run_here(run)
    assert (run.state, scored()) == (RunState.DONE, ids[1:])
    step.act = lambda one: None
    assert retry_failed(run) == 1
    run_here(run)
    assert (run.state, scored()) == (RunState.DONE, ids)


def test_what_failed_in_a_paused_run_waits_until_it_is_resumed(begin, step, prompts):
    ids = prompts(40)
    run, _ = begin()
    step.act = lambda one: Failed(one, ValueError("bad")) if one == ids[0] else None
    step.before = lambda batch: pause(run) if len(step.seen) == 1 else None
    run_here(run)
    step.act = lambda one: None
    assert (retry_failed(run), visit(run.stages.get().pk)) == (1, False)
    run.refresh_from_db()
    assert run.state == RunState.PAUSED
    resume(run)
    assert (run_here(run).state, scored()) == (RunState.DONE, ids)


def test_retrying_an_early_stage_ends_the_run_again_though_later_stages_are_done(begin, step, prompts):
    ids = prompts(40)
    run, stage = begin()
    stage.pk, stage.number, stage.name, stage.after = None, 2, "second", [1]
    stage.state = StageState.WAITING
    stage.save(force_insert=True)
    step.act = lambda one: Failed(one, ValueError("bad")) if one == ids[0] and len(step.seen) <= 4 else None
    run_here(run)
    assert run.state == RunState.DONE
    assert retry_failed(run) == 1
    run_here(run)
    assert (run.state, list(run.stages.values_list("state", flat=True))) == (RunState.DONE, ["done", "done"])


def test_a_cancelled_run_is_not_brought_back_by_a_retry(begin, step, prompts):
    ids = prompts(40)
    run, _ = begin()
    step.act = lambda one: Failed(one, ValueError("bad")) if one == ids[0] else None
    step.before = lambda batch: cancel(run)
    run_here(run)
    with pytest.raises(Conflict, match="The run is cancelled"):
        retry_failed(run)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_with_a_broker_a_run_is_announced_only_when_its_row_can_be_seen(project, step, prompts, settings, monkeypatch):
    from core.tasks import visit_stage

    prompts(1)
    announced = []
    settings.CELERY_BROKER_URL = "memory://"
    monkeypatch.setattr(
        visit_stage, "apply_async", lambda args, queue: announced.append((args, queue, connection.in_atomic_block))
    )
    run = start_run(project, "scripted", {})
    assert announced == [([run.stages.get().pk], "cpu", False)]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_loses_no_run(project, step, prompts, settings, monkeypatch):
    from kombu.exceptions import OperationalError

    from core.tasks import visit_stage

    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    ids = prompts(3)
    settings.CELERY_BROKER_URL = "memory://"
    monkeypatch.setattr(visit_stage, "apply_async", away)
    run = start_run(project, "scripted", {})
    assert run.state == RunState.RUNNING
    assert actions.sweep() == 1
    assert (run_here(run).state, scored()) == (RunState.DONE, ids)


def test_an_interrupted_run_and_another_make_the_same_as_one(project, load, monkeypatch):
    from core.steps import compare as comparing

    other = create_project("other")
    responses = [{"id": text, "content": text} for text in "abcd"]
    lines = [{"prompt": f"Number {number}?", "responses": responses} for number in range(6)]
    load(project, *lines)
    load(other, *lines)
    monkeypatch.setattr(comparing.Compare, "shard_size", 2)
    run_here(start_run(other, "compare", {}))
    original, calls = comparing._create, []

    def dies(*args):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(*args)

    monkeypatch.setattr(comparing, "_create", dies)
    with pytest.raises(KeyboardInterrupt):
        run_here(start_run(project, "compare", {}))
    assert Comparison.objects.filter(project=project).count() == 24
    assert run_here(start_run(project, "compare", {})).state == RunState.DONE
    keys = [set(map(bytes, each.comparisons.values_list("key", flat=True))) for each in (project, other)]
    assert keys[0] == keys[1]
    assert Comparison.objects.filter(project=project).count() == 36


def test_an_interrupted_run_says_so_where_no_worker_will_take_it_up(begin, step, prompts):
    prompts(20)
    run, _ = begin()

    def interrupt(batch):
        raise KeyboardInterrupt

    step.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        run_here(run)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "does only what is missing" in run.error


@pytest.mark.django_db(transaction=True)
def test_a_run_can_be_worked_on_where_a_loop_runs_already_as_in_a_notebook(begin, prompts, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    ids = prompts(25)
    run, _ = begin()

    async def notebook():
        try:
            return run_here(run)
        finally:
            connection.close()  # a loop has one of its own

    asyncio.run(notebook())
    assert (run.state, scored()) == (RunState.DONE, ids)
