"""New is what has no output yet by the same step with the same configuration."""

import pytest

from core.models import RunState, Shard
from core.projects import create_project
from core.runs.actions import cancel, retry_failed, run_here
from core.runs.leases import claim, finish
from core.runs.starting import start_run
from core.runs.steps import Failed, TransientError
from tests.core.runs.scripted import scored

pytestmark = pytest.mark.django_db


@pytest.fixture
def nightly(project, step):
    return lambda **values: start_run(project, "scripted", values, only_new=True)


def total(run) -> int:
    return run.stages.get().total


def test_what_was_done_is_not_new_and_what_was_added_is(nightly, prompts, step):
    ids = prompts(25)
    run_here(nightly())
    assert total(nightly()) == 0
    ids = prompts(7)
    step.seen.clear()
    assert run_here(nightly()).state == RunState.DONE
    assert step.seen == [ids[25:]]


def test_another_configuration_makes_everything_new(nightly, prompts):
    prompts(25)
    run_here(nightly())
    assert total(nightly(times=2)) == 25


def test_what_another_run_is_at_is_not_taken_twice_and_what_a_cancelled_one_left_is_new(nightly, prompts):
    prompts(25)
    going = nightly()
    lease = claim(going.stages.get().pk)
    finish(lease, lease.inputs)
    assert total(nightly()) == 0
    cancel(going)
    assert total(nightly()) == 15


def test_what_failed_is_new(nightly, prompts, step):
    ids = prompts(40)
    step.act = lambda one: Failed(one, ValueError("bad")) if one == ids[3] else None
    run = run_here(nightly())
    assert (run.state, run.stages.get().failed) == (RunState.DONE, 1)
    step.act = lambda one: None
    assert total(nightly()) == 1
    assert retry_failed(run) == 1


def test_what_is_to_be_tried_again_has_no_output_yet(nightly, prompts, step, no_wait):
    ids = prompts(10)
    step.act = lambda one: Failed(one, TransientError("busy")) if one in ids[:4] and len(step.seen) < 2 else None
    run = run_here(nightly())
    assert sorted(map(sorted, Shard.objects.filter(stage__run=run).values_list("inputs", flat=True))) == [
        ids[:4],
        ids[4:],
    ]
    assert (scored(), total(nightly())) == (ids, 0)


def test_what_another_project_did_is_new_here(nightly, prompts, step, load):
    prompts(5)
    run_here(nightly())
    other = create_project("other")
    load(other, {"prompt": "Number 0?", "responses": [{"id": "r", "content": "Yes."}]})
    assert total(start_run(other, "scripted", {}, only_new=True)) == 1


def test_a_run_that_asks_for_everything_gets_everything(project, nightly, prompts):
    prompts(25)
    run_here(nightly())
    assert total(start_run(project, "scripted", {})) == 25
