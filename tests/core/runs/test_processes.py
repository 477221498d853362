"""Real workers against the real database die at random moments, and every comparison is judged once all the same."""

import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.models import Comparison, Judgment, Label, Run, RunState, Shard
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from synth.judges.reference import ReferenceJudge
from tests.core.runs.workers import LEASE_SECONDS, Workers, wait_for, workers

pytestmark = pytest.mark.django_db(transaction=True)
PROMPTS, PAIRS = 134, 3
SCHEDULES = 5
TEXTS = ["The capital of France is Paris.", "It might be Lyon.", "Paris, which is the capital of France, of course."]


def comparisons(load, slug):
    """A project with 402 comparisons to judge by their reference answer."""
    project = create_project(slug)
    responses = [{"id": str(at), "content": text} for at, text in enumerate(TEXTS)]
    load(
        project,
        *(
            {"prompt": f"{slug} {number}?", "reference": f"{TEXTS[0]} It is number {number}.", "responses": responses}
            for number in range(PROMPTS)
        ),
    )
    run_here(start_run(project, "compare", {}))
    assert Comparison.objects.filter(project=project).count() == PROMPTS * PAIRS
    return project


def begin(load, slug, monkeypatch) -> Run:
    project = comparisons(load, slug)
    monkeypatch.setattr(ReferenceJudge, "shard_size", 20)
    return start_run(project, "reference", {})


def is_over(run: Run) -> bool:
    run.refresh_from_db()
    return run.is_over


def is_whole(run: Run) -> None:
    """Everything is judged, counted and labelled once."""
    stage = run.stages.get()
    count = PROMPTS * PAIRS
    assert (run.state, run.error) == (RunState.DONE, "")
    assert (stage.state, stage.total, stage.done, stage.failed) == ("done", count, count, 0)
    judged = list(Judgment.objects.filter(project=run.project).values_list("comparison", flat=True))
    assert len(judged) == len(set(judged)) == count
    assert Label.objects.filter(comparison__project=run.project).count() == count


def freeze_on_a_lease(there: Workers, run: Run) -> None:
    """Stop both workers while one of them holds a shard, if the run lasts that long."""
    held = Shard.objects.filter(stage__run=run, state="leased")
    while True:
        wait_for(lambda: held.exists() or is_over(run), what=there.logs())
        for name in ("one", "two"):
            there.signal(name, signal.SIGSTOP)
        if held.exists() or is_over(run):
            return
        for name in ("one", "two"):
            there.signal(name, signal.SIGCONT)


def strike(there: Workers, rng: random.Random) -> None:
    """Kill both workers, one, or one and the clock; or let both sleep through a lease; then set things right."""
    victims = rng.choice([["one", "two"], ["one", "two", "beat"], ["one"], ["two", "beat"]])
    if rng.random() < 0.2:
        time.sleep(1.5 * LEASE_SECONDS)
        victims = []
    for name in {"one", "two"} - set(victims):
        there.signal(name, signal.SIGCONT)
    for name in victims:
        there.kill(name)
    for name in victims:
        there.start(name)


def test_whoever_is_killed_whenever_each_comparison_is_judged_once(load, database_url, tmp_path, monkeypatch):
    reclaimed = 0
    broker = tmp_path / "broker"
    with workers(database_url, f"filesystem://{broker}", tmp_path, ["one", "two", "beat"]) as there:
        for seed in range(SCHEDULES):
            rng = random.Random(seed)
            run = begin(load, f"schedule-{seed}", monkeypatch)
            for _ in range(1 + (seed == 0)):
                freeze_on_a_lease(there, run)
                strike(there, rng)
                if rng.random() < 0.3:
                    shutil.rmtree(broker / "messages")
                    (broker / "messages").mkdir(mode=0o700)
            wait_for(lambda run=run: is_over(run), what=f"seed {seed}\n{there.logs()}")
            is_whole(run)
            reclaimed += Shard.objects.filter(stage__run=run, attempts__gt=1).exists()
    assert reclaimed >= SCHEDULES // 2, f"{reclaimed} schedules hit a lease: too few to show anything"


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis server of the test's own."""
    server = shutil.which("redis-server")
    if server is None or find_spec("redis") is None:
        pytest.skip("redis-server or Python's client `redis` is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


def test_over_redis_too(load, redis_url, database_url, tmp_path, monkeypatch):
    run = begin(load, "redis", monkeypatch)
    with workers(database_url, redis_url, tmp_path, ["one", "two", "beat"]) as there:
        held = Shard.objects.filter(stage__run=run, state="leased")
        wait_for(lambda: held.exists() or is_over(run), what=there.logs())
        there.kill("one")
        there.start("one")
        wait_for(lambda: is_over(run), what=there.logs())
    is_whole(run)
