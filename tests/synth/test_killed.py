"""No reply that was stored is asked for again, whoever is killed."""

import pytest

from tests.synth.killed import judged_while_killed

COMPARISONS = 600  # ten thousand in the benchmarks


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_three_times_costs_no_stored_reply(database_url, tmp_path):
    outcome = judged_while_killed(COMPARISONS, database_url, tmp_path)
    assert (outcome.state, outcome.judgments) == ("done", 2 * COMPARISONS)
    assert 2 * COMPARISONS <= outcome.requests <= outcome.most
