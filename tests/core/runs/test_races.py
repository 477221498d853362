"""Whoever races for a shard, one gets it; and who oversleeps its lease, in a process of its own, writes nothing."""

import threading
from collections import Counter

import pytest
from django.db import connection

from core.models import Shard
from core.runs.leases import claim
from core.runs.starting import start_run
from tests.core.runs.paced import begun, written
from tests.core.runs.schedules import comparisons, freeze_on_a_lease, is_over, is_whole
from tests.core.runs.workers import wait_for, workers

pytestmark = pytest.mark.django_db(transaction=True)
RACERS, SHARDS = 6, 40


def test_of_those_that_claim_at_the_same_moment_each_gets_a_shard_of_its_own(begin, step, prompts, monkeypatch):
    monkeypatch.setattr(type(step), "shard_size", 1)
    prompts(SHARDS)
    _, stage = begin()
    at_once, won = threading.Barrier(RACERS), Counter()

    def race():
        try:
            for _ in range(SHARDS):
                at_once.wait(timeout=60)
                if lease := claim(stage.pk):
                    won[lease.shard] += 1
        finally:
            connection.close()

    racers = [threading.Thread(target=race) for _ in range(RACERS)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert won == dict.fromkeys(stage.shards.values_list("pk", flat=True), 1)
    assert set(stage.shards.values_list("token", "attempts")) == {(1, 1)}


@pytest.mark.usefixtures("paced")
def test_two_workers_that_race_for_every_shard_write_each_output_once(project, prompts, database_url, tmp_path):
    ids = prompts(600)
    with workers(database_url, f"filesystem://{tmp_path}/broker", tmp_path, lease=20.0) as there:
        there.wait_until_ready()
        run = start_run(project, "paced", {"seconds": 0.005})
        wait_for(lambda: is_over(run), what=there.logs)
        assert len({process for _, process, *_ in begun(run)}) == 2, "both took part"
    stage = run.stages.get()
    assert (run.state, stage.done, written(run)) == ("done", len(ids), dict.fromkeys(ids, 1))
    assert set(stage.shards.values_list("attempts", flat=True)) == {1}


@pytest.mark.usefixtures("paced")
def test_a_worker_that_wakes_after_its_shard_was_done_by_another_writes_nothing(database_url, tmp_path):
    with workers(database_url, f"filesystem://{tmp_path}/broker", tmp_path) as there:
        run = start_run(comparisons("p"), "paced-judge", {"seconds": 0.02})
        held = freeze_on_a_lease(there, run, after=2)
        there.thaw(*held.others)
        wait_for(lambda: is_over(run), what=there.logs)
        is_whole(run)
        assert Shard.objects.get(pk=held.shard).deaths == 1
        there.kill(*held.others)
        there.thaw(held.holder)
        later = start_run(comparisons("later"), "paced-judge", {})
        wait_for(lambda: is_over(later), what=there.logs)
        is_whole(later)  # done by who slept, for nobody else is there
        is_whole(run)
        assert "ERROR" not in there.log(held.holder).read_text()
        assert "Traceback" not in there.log(held.holder).read_text()
