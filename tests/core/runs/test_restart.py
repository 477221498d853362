"""PostgreSQL dies while shards are leased, comes back, and the run ends as if nothing had been."""

import signal

import pytest

from core.models import Shard
from core.runs.starting import start_run
from tests.core.runs.paced import recorded
from tests.core.runs.private_server import private_server
from tests.core.runs.schedules import comparisons, is_over, is_whole
from tests.core.runs.workers import wait_for, workers


@pytest.fixture
def server(known, django_db_blocker):
    with django_db_blocker.unblock(), private_server() as running, recorded():
        yield running


def test_when_postgresql_is_restarted_mid_run_the_workers_and_their_clock_go_on_by_themselves(server, tmp_path):
    with workers(server.url, f"filesystem://{tmp_path}/broker", tmp_path) as there:
        run = start_run(comparisons("p"), "paced-judge", {"seconds": 0.05})
        leased, done = (Shard.objects.filter(stage__run=run, state=state) for state in ("leased", "done"))
        for after, how in [(1, signal.SIGKILL), (4, signal.SIGQUIT)]:
            wait_for(lambda after=after: done.count() >= after and leased.exists(), what=there.logs)
            server.crash(how)
            server.start()
        wait_for(lambda: is_over(run), what=there.logs)
        is_whole(run)
        assert not there.dead(), there.logs()
