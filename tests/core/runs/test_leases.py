"""Whoever holds the lease with the current token writes; nobody else does, whatever they wake up to."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.models import Failure, RunState, Shard, ShardState
from core.runs.actions import run_here
from core.runs.leases import LeaseLost, claim, finish, kept, release
from core.runs.work import visit
from tests.core.runs.scripted import expire, scored

pytestmark = pytest.mark.django_db


def test_a_claim_takes_the_first_open_shard_and_its_token_grows(begin, prompts):
    ids = prompts(20)
    _, stage = begin()
    first, second = claim(stage.pk), claim(stage.pk)
    assert (first.inputs, first.token, first.attempts, first.deaths) == (ids[:10], 1, 1, 0)
    assert second.inputs == ids[10:]
    assert claim(stage.pk) is None
    release(first, after=0)
    again = claim(stage.pk)
    assert (again.shard, again.token, again.attempts, again.deaths) == (first.shard, 2, 2, 0)


def test_a_lease_that_ran_out_can_be_claimed_and_is_counted_as_a_death(begin, prompts):
    prompts(5)
    _, stage = begin()
    dead = claim(stage.pk)
    assert claim(stage.pk) is None
    expire(stage)
    heir = claim(stage.pk)
    assert (heir.shard, heir.token, heir.deaths) == (dead.shard, dead.token + 1, 1)


def test_leases_are_measured_by_the_clock_of_the_database_alone(begin, prompts, monkeypatch):
    prompts(5)
    _, stage = begin()
    for minutes in (-60, 60):
        wrong = timezone.now() + timedelta(minutes=minutes)
        monkeypatch.setattr("django.utils.timezone.now", lambda wrong=wrong: wrong)
        monkeypatch.setattr("time.time", wrong.timestamp)
        Shard.objects.update(state="queued", lease_until=None)
        assert claim(stage.pk) is not None
        assert claim(stage.pk) is None, "a worker whose clock is wrong takes nobody's shard"
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM lease_until - clock_timestamp()) FROM core_shard")
            assert 50 < cursor.fetchone()[0] <= 60


@pytest.mark.parametrize("late", [lambda lease: finish(lease, lease.inputs), lambda lease: release(lease, after=0)])
def test_who_wakes_after_the_lease_was_taken_over_holds_nothing(begin, prompts, late):
    prompts(5)
    _, stage = begin()
    sleeper = claim(stage.pk)
    expire(stage)
    heir = claim(stage.pk)
    with pytest.raises(LeaseLost):
        late(sleeper)
    assert Shard.objects.get().state == ShardState.LEASED
    with transaction.atomic():
        finish(heir, heir.inputs)
    assert Shard.objects.get().state == ShardState.DONE


@pytest.mark.parametrize("outcome", ["outputs", "raises", "permanent"])
def test_a_worker_that_wakes_after_its_lease_was_taken_over_writes_nothing(begin, step, prompts, outcome):
    from core.runs.steps import PermanentError

    ids = prompts(10)
    run, stage = begin()
    heirs = []

    def sleeps(batch):
        if heirs:
            return
        expire(stage)
        heirs.append(claim(stage.pk))
        if outcome == "raises":
            raise ValueError("too late")
        if outcome == "permanent":
            raise PermanentError("too late")

    step.before = sleeps
    visit(stage.pk)
    stage.refresh_from_db()
    assert (scored(), stage.done, stage.failed, Failure.objects.count()) == ([], 0, 0, 0)
    assert Shard.objects.get().state == ShardState.LEASED
    if outcome != "permanent":
        release(heirs[0], after=0)
        run_here(run)
        assert (run.state, scored()) == (RunState.DONE, ids)


def test_a_heartbeat_keeps_the_lease_of_a_slow_worker(begin, step, prompts, settings, transactional_db):
    prompts(5)
    _run, stage = begin()
    settings.LEASE_SECONDS = 0.4
    lease = claim(stage.pk)
    with kept(lease) as keeper:
        assert not keeper.lost.wait(1.2)
        assert claim(stage.pk) is None
    with transaction.atomic():
        finish(lease, lease.inputs)


def test_a_heartbeat_notices_that_the_lease_is_gone(begin, prompts, settings, transactional_db):
    prompts(5)
    _, stage = begin()
    settings.LEASE_SECONDS = 0.4
    lease = claim(stage.pk)
    with kept(lease) as keeper:
        Shard.objects.update(token=99)
        assert keeper.lost.wait(20)


def test_a_shard_on_which_two_workers_died_is_split_and_the_deadly_input_fails_alone(begin, step, prompts):
    ids = prompts(20)
    run, stage = begin()

    class Killed(BaseException):
        """Nothing may catch it: the process is gone."""

    def kills(batch):
        if ids[4] in batch:
            raise Killed

    step.before = kills
    deaths = 0
    while not run.is_over:
        try:
            run_here(run)
        except Killed:
            deaths += expire(stage)
        assert deaths < 20
    stage.refresh_from_db()
    assert (stage.done, stage.failed) == (19, 1)
    assert list(Failure.objects.values_list("input", "error")) == [(ids[4], "A worker died on it 2 times.")]
    assert scored() == ids[:4] + ids[5:]
    assert run.state == RunState.DONE


@pytest.mark.django_db(transaction=True)
def test_of_workers_that_race_for_every_shard_each_input_is_done_once(begin, step, prompts, monkeypatch):
    monkeypatch.setattr(type(step), "shard_size", 3)
    ids = prompts(240)
    run, stage = begin()
    at_once, saved = threading.Barrier(4), Counter()
    step.writing = saved.update

    def work():
        try:
            at_once.wait(timeout=20)
            run_here(type(run).objects.get(pk=run.pk))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    run.refresh_from_db()
    stage.refresh_from_db()
    assert (run.state, stage.done, stage.failed) == (RunState.DONE, 240, 0)
    assert saved == Counter(ids)
    assert scored() == ids
    assert set(Shard.objects.values_list("attempts", flat=True)) == {1}
