"""Whoever is killed, whenever: every comparison is judged once, by real workers against the real database."""

import pytest

from tests.core.runs.schedules import endure, losses_of_folder
from tests.core.runs.workers import workers

pytestmark = pytest.mark.django_db(transaction=True)
SCHEDULES = 14  # and as many over Redis as make twenty
LEAST_SHARE = 0.8


@pytest.mark.usefixtures("paced")
def test_whoever_is_killed_whenever_each_comparison_is_judged_once(database_url, tmp_path):
    broker = tmp_path / "broker"
    losses = losses_of_folder(broker)
    with workers(database_url, f"filesystem://{broker}", tmp_path) as there:
        hits = sum(endure(there, seed, losses) for seed in range(SCHEDULES))
    assert hits >= LEAST_SHARE * SCHEDULES, f"{hits} schedules hit a lease: too few to show anything"
