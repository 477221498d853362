"""Real workers obey: cancel stops within one batch, pause holds nobody, resume goes on where it stopped."""

import pytest

from core.models import RunState, Shard
from core.runs.actions import cancel, pause, resume
from core.runs.starting import start_run
from tests.core.runs.paced import begun, written
from tests.core.runs.schedules import is_over
from tests.core.runs.workers import wait_for, workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("paced")]


@pytest.fixture
def at_work(database_url, tmp_path):
    """Workers of these names, whose leases outlast what holds up a machine."""

    def start(*names):
        return workers(database_url, f"filesystem://{tmp_path}/broker", tmp_path, names, lease=8.0)

    return start


def is_at_work(run) -> bool:
    """Somebody holds a shard, and some are done."""
    shards = Shard.objects.filter(stage__run=run)
    return shards.filter(state="leased").exists() and shards.filter(state="done").count() >= 2


def is_let_go(run) -> bool:
    return not Shard.objects.filter(stage__run=run, state="leased").exists()


def test_a_cancelled_run_stops_within_one_batch_of_each_worker(at_work, project, prompts):
    prompts(1_000)
    with at_work("one", "two", "beat") as there:
        run = start_run(project, "paced", {"seconds": 0.02})
        wait_for(lambda: is_at_work(run), what=there.logs)
        cancel(run)
        at_most = len(begun(run)) + len(there.names)
        wait_for(lambda: is_let_go(run), what=there.logs)
        later = start_run(project, "paced", {})
        wait_for(lambda: is_over(later), what=there.logs)
    run.refresh_from_db()
    assert len(begun(run)) <= at_most
    kept = [one for inputs, *_ in begun(run) for one in inputs]
    assert written(run) == dict.fromkeys(kept, 1), "what was at work is finished and kept"
    assert (run.state, run.stages.get().done) == (RunState.CANCELLED, len(kept))
    assert written(later) == dict.fromkeys(project.prompts.values_list("pk", flat=True), 1)


def test_a_paused_run_holds_no_worker_and_goes_on_where_it_stopped(at_work, project, prompts):
    ids = prompts(200)
    with at_work("one", "beat") as there:
        run = start_run(project, "paced", {"seconds": 0.01})
        wait_for(lambda: is_at_work(run), what=there.logs)
        pause(run)
        wait_for(lambda: is_let_go(run), what=there.logs)
        before = written(run)
        other = start_run(project, "paced", {})
        wait_for(lambda: is_over(other), what=there.logs)
        assert (is_over(run), run.state, written(run)) == (False, RunState.PAUSED, before)
        resume(run)
        wait_for(lambda: is_over(run), what=there.logs)
    assert (run.state, written(run), written(other)) == (RunState.DONE, *[dict.fromkeys(ids, 1)] * 2)
    assert set(Shard.objects.filter(stage__run=run).values_list("attempts", flat=True)) == {1}
    assert 0 < len(before) < len(ids)
