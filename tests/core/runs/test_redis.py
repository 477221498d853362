"""Over Redis as over files: who dies and what Redis forgets costs time and loses nothing."""

import pytest

from tests.core.runs.redis_server import MISSING, can_be_had, redis_server
from tests.core.runs.schedules import endure
from tests.core.runs.workers import workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.skipif(not can_be_had(), reason=MISSING)]
SCHEDULES = 6


@pytest.mark.usefixtures("paced")
def test_whoever_is_killed_and_whatever_redis_forgets_each_comparison_is_judged_once(database_url, tmp_path):
    with redis_server(tmp_path) as redis, workers(database_url, redis.url, tmp_path) as there:
        hits = sum(endure(there, seed, [redis.flush, redis.restart]) for seed in range(SCHEDULES))
    assert hits >= 0.8 * SCHEDULES
