"""What keeps a lease alive, and what must not keep a shard from the others."""

import pytest

from core.bulk import fetch
from core.models import Shard
from core.runs.leases import claim, kept
from core.runs.starting import start_run
from tests.core.runs.schedules import comparisons, is_over, is_whole
from tests.core.runs.workers import wait_for, workers

pytestmark = pytest.mark.django_db(transaction=True)

OTHERS = """
SELECT pid FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%%lease_until = clock_timestamp()%%'
"""


def lease_until():
    return Shard.objects.values_list("lease_until", flat=True).get()


def is_extended(after) -> bool:
    return lease_until() > after


def test_a_heartbeat_outlives_a_connection_that_the_database_ended(begin, prompts, settings):
    prompts(5)
    _, stage = begin()
    settings.LEASE_SECONDS = 4.0
    with kept(claim(stage.pk)) as keeper:
        first = lease_until()
        wait_for(lambda: is_extended(first), what=lambda: "no heartbeat", seconds=20)
        for (process,) in fetch(OTHERS, []):
            fetch("SELECT pg_terminate_backend(%s)", [process])
        then = lease_until()
        wait_for(lambda: is_extended(then), what=lambda: "no heartbeat any more", seconds=6)
    assert not keeper.lost.is_set()


@pytest.mark.usefixtures("paced")
def test_a_worker_that_freezes_in_the_midst_of_its_transaction_holds_nobody_up(database_url, tmp_path):
    with workers(database_url, f"filesystem://{tmp_path}/broker", tmp_path) as there:
        run = start_run(comparisons("p"), "paced-judge", {"seconds": 0.02, "freeze": str(tmp_path / "frozen")})
        wait_for((tmp_path / "frozen").exists, what=there.logs)
        wait_for(lambda: is_over(run), what=there.logs, seconds=60)
        is_whole(run)
        there.thaw(*there.names)
        later = start_run(comparisons("later"), "paced-judge", {})
        wait_for(lambda: is_over(later), what=there.logs)
        is_whole(run)
        assert not there.dead(), there.logs()
