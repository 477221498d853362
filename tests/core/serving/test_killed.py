"""Whoever of the group is killed is back, and the run that was going ends complete, each input once."""

import signal

import psutil
import pytest

from core.models import Comparison, Judgment, Run, RunState, Shard
from core.projects import create_project
from core.runs.actions import run_here, start_run
from synth.judges.reference import ReferenceJudge
from tests.core.runs.workers import wait_for
from tests.core.serving.served import Served, serving, surroundings

pytestmark = pytest.mark.django_db(transaction=True)
PROMPTS, PAIRS = 200, 3
TEXTS = ["The capital of France is Paris.", "It might be Lyon.", "Paris, which is the capital of France, of course."]


def begin(load, slug, monkeypatch) -> Run:
    """A run that judges 600 comparisons in 120 shards; nobody is told of it but by the sweep."""
    project = create_project(slug)
    responses = [{"id": str(at), "content": text} for at, text in enumerate(TEXTS)]
    load(
        project,
        *(
            {"prompt": f"{slug} {n}?", "reference": f"{TEXTS[0]} It is number {n}.", "responses": responses}
            for n in range(PROMPTS)
        ),
    )
    run_here(start_run(project, "compare", {}))
    monkeypatch.setattr(ReferenceJudge, "shard_size", 5)
    return start_run(project, "reference", {})


def is_whole(run: Run) -> None:
    stage = run.stages.get()
    count = PROMPTS * PAIRS
    assert (run.state, run.error, stage.total, stage.done, stage.failed) == (RunState.DONE, "", count, count, 0)
    judged = list(Judgment.objects.filter(project=run.project).values_list("comparison", flat=True))
    assert len(judged) == len(set(judged)) == count == Comparison.objects.filter(project=run.project).count()


def is_over(run: Run) -> bool:
    run.refresh_from_db()
    return run.is_over


def freeze_on_a_lease(served: Served, run: Run) -> list[psutil.Process]:
    """Stops both workers while one of them holds a shard, and returns them."""
    held = Shard.objects.filter(stage__run=run, state="leased")
    while True:
        wait_for(held.exists, what=f"no shard is claimed\n{served.said()}")
        workers = [served.leader("worker 1"), served.leader("worker 2")]
        for process in workers:
            process.suspend()
        if held.exists():
            return workers
        for process in workers:
            process.resume()


VICTIMS = {
    "a worker": ["worker 1"],
    "all workers": ["worker 1", "worker 2"],
    "beat": ["beat"],
    "the pages": ["web server"],
}


def test_whoever_is_killed_is_back_and_the_run_ends_complete(load, database_url, tmp_path, monkeypatch):
    environment = surroundings(tmp_path / "home", DATABASE_URL=database_url)
    with serving(environment, tmp_path / "log") as served:
        for number, (what, names) in enumerate(VICTIMS.items()):
            run = begin(load, f"killed-{number}", monkeypatch)
            workers = freeze_on_a_lease(served, run)
            struck = [served.leader(name) for name in names]
            left_behind = [child for process in struck for child in process.children()]
            for process in struck:
                process.kill()
            for process in set(workers) - set(struck):
                process.resume()
            wait_for(lambda run=run: is_over(run), what=f"{what}\n{served.said()}")
            is_whole(run)
            wait_for(served.is_whole, what=f"not back: {what}\n{served.said()}")
            assert not [process for process in [*struck, *left_behind] if process.is_running()]
        for name in ("worker 1", "worker 2", "beat", "web server"):
            assert f"The {name} ended (killed by signal {int(signal.SIGKILL)}); it is started" in served.said()
        assert served.ask_to_stop() == 0
