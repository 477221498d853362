"""One bad input fails alone; what is worth another try gets one; what no try can help stops the stage."""

from decimal import Decimal

import pytest
from django.db import DataError, OperationalError, connection
from hypothesis import given
from hypothesis import strategies as st

from core.models import Failure, RunState, Shard, StageState
from core.runs.actions import resume, retry_failed, run_here
from core.runs.failures import LONGEST_WAIT, MOST_TRIES, said, wait
from core.runs.steps import Failed, PermanentError, TransientError
from core.runs.work import visit
from tests.core.runs.scripted import scored

pytestmark = pytest.mark.django_db


def lagging(stage) -> float:
    """How many seconds from now the stage's open shard may be claimed, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM not_before - clock_timestamp()) FROM core_shard"
            " WHERE stage_id = %s AND state = 'queued'",
            [stage.pk],
        )
        return float(cursor.fetchone()[0])


def test_one_poisoned_input_of_a_thousand_fails_alone_with_its_message(begin, step, prompts, monkeypatch):
    monkeypatch.setattr(type(step), "shard_size", 100)
    ids = prompts(1_000)
    step.act = lambda one: Failed(one, ValueError("It has no text.")) if one == ids[617] else None
    run, stage = begin()
    run_here(run)
    stage.refresh_from_db()
    assert (run.state, stage.done, stage.failed) == (RunState.DONE, 999, 1)
    assert list(Failure.objects.values_list("input", "error")) == [(ids[617], "ValueError: It has no text.")]
    assert scored() == ids[:617] + ids[618:]


@pytest.mark.parametrize("where", ["load", "process", "save"])
def test_a_step_that_raises_as_a_whole_is_split_until_the_poison_is_alone(begin, step, prompts, monkeypatch, where):
    ids = prompts(64)
    monkeypatch.setattr(type(step), "shard_size", 32)

    def chokes(batch):
        if ids[13] in batch:
            raise KeyError("colour")

    def each(one):
        chokes([one])

    if where == "load":
        step.before = chokes
    elif where == "process":
        step.act = each
    else:
        step.writing = chokes
    run, stage = begin()
    run_here(run)
    stage.refresh_from_db()
    assert (run.state, stage.done, stage.failed) == (RunState.DONE, 63, 1)
    assert list(Failure.objects.values_list("input", "error")) == [(ids[13], "KeyError: 'colour'")]
    assert scored() == ids[:13] + ids[14:]
    assert len(step.seen) <= 2 + 2 * 5


def test_what_a_save_had_written_before_it_raised_is_not_there(begin, step, prompts, monkeypatch):
    ids = prompts(2)
    original = type(step).save

    def half(self, context, outputs):
        original(self, context, outputs)
        if ids[0] in outputs:
            raise DataError("value too long")

    monkeypatch.setattr(type(step), "save", half)
    run, _ = begin()
    run_here(run)
    assert scored() == ids[1:]


def test_a_message_that_quotes_what_the_database_refuses_is_kept_all_the_same(begin, step, prompts):
    ids = prompts(1)
    step.act = lambda one: Failed(one, ValueError("bad text: \0 \ud800 " + "x" * 100_000))
    run, _ = begin()
    run_here(run)
    failure = Failure.objects.get()
    assert (failure.input, failure.error[:28]) == (ids[0], "ValueError: bad text: � ? xx")
    assert len(failure.error) < 2_100


@given(st.text())
def test_whatever_an_error_says_is_text_that_can_be_stored(text):
    for error in (ValueError(text), TransientError(text)):
        sentence = said(error)
        assert "\0" not in sentence
        sentence.encode()


def test_a_transient_error_waits_as_long_as_the_server_asked_and_succeeds_later(begin, step, prompts):
    ids = prompts(5)
    run, stage = begin()
    step.act = lambda one: Failed(one, TransientError("429", retry_after=120.0))
    assert visit(stage.pk) is False
    assert 100 < lagging(stage) <= 120
    assert (visit(stage.pk), len(step.seen)) == (False, 1), "nobody looks at it before its time"
    Shard.objects.update(not_before=None)
    step.act = lambda one: None
    run_here(run)
    stage.refresh_from_db()
    assert (run.state, scored(), stage.done, stage.failed) == (RunState.DONE, ids, 5, 0)


def test_only_those_that_met_a_transient_error_are_tried_again(begin, step, prompts, no_wait):
    ids = prompts(10)
    run, _stage = begin()
    step.act = lambda one: Failed(one, TransientError("timeout")) if one in ids[:3] and len(step.seen) < 3 else None
    run_here(run)
    assert step.seen == [ids, ids[:3], ids[:3]]
    assert (run.state, scored()) == (RunState.DONE, ids)


@pytest.mark.parametrize("alone", [True, False])
def test_tries_end_and_the_last_error_is_kept(begin, step, prompts, no_wait, alone):
    ids = prompts(1 if alone else 30)
    run, stage = begin()
    step.act = lambda one: Failed(one, TransientError("The server is away.")) if one == ids[0] else None
    run_here(run)
    tries = [batch for batch in step.seen if ids[0] in batch]
    assert len(tries) == MOST_TRIES
    assert list(stage.failures.values_list("input", "error")) == [(ids[0], "The server is away.")]
    assert run.state == (RunState.FAILED if alone else RunState.DONE)
    assert scored() == ids[1:]


def test_a_step_that_raises_a_transient_error_gets_its_whole_batch_back(begin, step, prompts, no_wait):
    ids = prompts(10)

    def away(batch):
        if len(step.seen) < 3:
            raise TransientError("connection refused")

    step.before = away
    run, _stage = begin()
    run_here(run)
    assert (step.seen, scored(), run.state) == ([ids] * 3, ids, RunState.DONE)


def test_trouble_with_the_database_is_nobodys_poison(begin, step, prompts, no_wait):
    ids = prompts(10)

    def deadlocks(batch):
        if len(step.seen) == 1:
            raise OperationalError("deadlock detected")

    step.writing = deadlocks
    run, stage = begin()
    run_here(run)
    assert (step.seen, scored(), stage.failures.count()) == ([ids] * 2, ids, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["before", "writing"])
def test_a_worker_outlives_a_connection_that_the_database_ended(begin, step, prompts, no_wait, where):
    ids = prompts(20)

    def cut(batch):
        if len(step.seen) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    setattr(step, where, cut)
    run, stage = begin()
    run_here(run)
    assert (run.state, scored(), stage.failures.count()) == (RunState.DONE, ids, 0)


@given(attempts=st.integers(1, 60), asked=st.lists(st.none() | st.floats(0, 10_000), min_size=1))
def test_waits_grow_are_bounded_and_never_shorter_than_asked_for(attempts, asked):
    seconds = wait(attempts, [Failed(1, TransientError("", retry_after=each)) for each in asked])
    longest = max(each or 0.0 for each in asked)
    backoff = min(LONGEST_WAIT, 2.0**attempts)
    assert max(longest, backoff / 2) <= seconds <= max(longest, backoff)


def test_a_permanent_error_stops_the_stage_and_the_run_with_its_sentence(begin, step, prompts):
    ids = prompts(30)
    sentence = "The judge refused the API key. Set JUDGE_API_KEY."

    def refused(batch):
        if len(step.seen) == 2:
            raise PermanentError(sentence)

    step.before = refused
    run, stage = begin()
    run_here(run)
    stage.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, f"scripted: {sentence}")
    assert (stage.state, stage.error, stage.done, stage.failed) == (StageState.FAILED, sentence, 10, 0)
    assert (scored(), len(step.seen)) == (ids[:10], 2)


def test_when_the_cause_of_a_permanent_error_is_gone_the_rest_is_done_and_nobody_died(begin, step, prompts):
    ids = prompts(30)

    def refused(batch):
        raise PermanentError("No key.")

    run, _stage = begin()
    for _ in range(3):
        step.before = refused
        run_here(run)
        assert retry_failed(run) == 0
    step.before = lambda batch: None
    run_here(run)
    assert (run.state, run.error, scored()) == (RunState.DONE, "", ids)
    assert set(Shard.objects.values_list("deaths", flat=True)) == {0}


@pytest.mark.parametrize(("tolerated", "state"), [(0.0, "failed"), (0.099, "failed"), (0.1, "done"), (1.0, "done")])
def test_a_stage_may_say_what_share_of_failures_it_tolerates(begin, step, prompts, tolerated, state):
    ids = prompts(10)
    step.act = lambda one: Failed(one, ValueError("bad")) if one == ids[3] else None
    run, stage = begin()
    stage.tolerated = tolerated
    stage.save()
    run_here(run)
    assert run.state == state
    assert run.stages.get().state == state


def test_a_run_pauses_when_it_has_cost_what_it_may(begin, step, prompts):
    ids = prompts(40)
    step.cost, step.tokens = Decimal("0.03"), 7
    run, stage = begin(max_cost=0.5)
    run_here(run)
    stage.refresh_from_db()
    assert (run.state, run.error) == (
        RunState.PAUSED,
        "The run has cost 0.60, and may cost 0.50. Raise the limit to go on.",
    )
    assert (stage.done, stage.cost, stage.tokens, scored()) == (20, Decimal("0.6"), 140, ids[:20])
    resume(run)
    run_here(run)
    assert (run.state, len(scored())) == (RunState.PAUSED, 30), "one batch more, and the limit holds as before"
    resume(run, max_cost=Decimal(2))
    run_here(run)
    assert (run.state, run.error, run.max_cost, scored()) == (RunState.DONE, "", 2, ids)


def test_a_run_that_has_cost_all_it_may_with_its_last_input_is_done(begin, step, prompts):
    prompts(10)
    step.cost = Decimal("0.1")
    run, _ = begin(max_cost=1.0)
    assert run_here(run).state == RunState.DONE


def test_a_step_that_this_version_does_not_know_ends_the_run_with_a_sentence(begin, step, prompts):
    prompts(1)
    run, stage = begin()
    stage.step = "gone"
    stage.save()
    assert visit(stage.pk) is False
    run.refresh_from_db()
    assert (run.state, run.error[:34]) == (RunState.FAILED, "scripted: There is no step “gone”.")


def test_a_bell_for_a_stage_that_is_gone_is_harmless():
    assert visit(4_711) is False
