"""Runs that are struck at a random moment, and always while somebody holds a lease, so that a blow hits one."""

import io
import json
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.bulk import fetch
from core.importing.reading import read
from core.importing.service import ingest
from core.models import Comparison, Judgment, Label, Project, Run, RunState, Shard
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from tests.core.runs.paced import written
from tests.core.runs.workers import Workers, wait_for

PROMPTS, PAIRS = 20, 3
TEXTS = ["The capital of France is Paris.", "It might be Lyon.", "Paris, which is the capital of France, of course."]
SECONDS_AN_INPUT = 0.02
LATEST_BLOW = 5  # shards done before it

# Who holds an open lease, the latest first. Somebody who stands in the midst of a transaction is passed over.
HOLDERS = """
SELECT s.id, s.token, b.process FROM core_shard s JOIN core_stage g ON g.id = s.stage_id
  JOIN paced_begun b ON b.stage = s.stage_id AND b.inputs = s.inputs
 WHERE g.run_id = %s AND s.state = 'leased' AND s.lease_until > clock_timestamp()
 ORDER BY b.at DESC FOR UPDATE OF s SKIP LOCKED
"""

# How a broker loses all that it has
Loss = Callable[[], None]


@dataclass(frozen=True)
class Held:
    """A lease, and the worker that holds it; all workers are frozen."""

    there: Workers
    shard: int
    token: int
    holder: str

    @property
    def others(self) -> list[str]:
        return [name for name in self.there.names if name != self.holder]


def comparisons(slug: str) -> Project:
    """A project with 60 comparisons to judge by their reference answer."""
    project = create_project(slug)
    responses = [{"id": str(at), "content": text} for at, text in enumerate(TEXTS)]
    lines = (
        json.dumps({"prompt": f"{number}?", "reference": f"{TEXTS[0]} No. {number}.", "responses": responses})
        for number in range(PROMPTS)
    )
    ingest(project, read(io.BytesIO("\n".join(lines).encode())), refuse=lambda refusal: None)
    run_here(start_run(project, "compare", {}))
    assert Comparison.objects.filter(project=project).count() == PROMPTS * PAIRS
    return project


def is_over(run: Run) -> bool:
    run.refresh_from_db()
    return run.is_over


def is_whole(run: Run) -> None:
    """Everything is judged, written, counted and labelled once."""
    stage = run.stages.get()
    count = PROMPTS * PAIRS
    assert (run.state, run.error) == (RunState.DONE, "")
    assert (stage.state, stage.total, stage.done, stage.failed) == ("done", count, count, 0)
    judged = list(Judgment.objects.filter(project=run.project).values_list("comparison", flat=True))
    assert len(judged) == len(set(judged)) == count
    assert written(run) == dict.fromkeys(judged, 1)
    assert Label.objects.filter(comparison__project=run.project).count() == count


def freeze_on_a_lease(there: Workers, run: Run, *, after: int = 0) -> Held | None:
    """Stop all workers while one of them holds a shard and so many are done; None where the run is over before."""
    while not is_over(run):
        done = Shard.objects.filter(stage__run=run, state="done").count()
        if done >= after and _held(there, run):
            there.freeze(*there.names)
            if held := _held(there, run):
                return held
            there.thaw(*there.names)
        assert not there.dead(), f"{there.dead()} ended by themselves\n{there.logs()}"
    return None


def _held(there: Workers, run: Run) -> Held | None:
    for shard, token, process in fetch(HOLDERS, [run.pk]):
        if holder := there.name_of(process):
            return Held(there, shard, token, holder)
    return None


def kill_one(held: Held, rng: random.Random) -> None:
    _kill(held, held.holder)


def kill_all(held: Held, rng: random.Random) -> None:
    _kill(held, *held.there.running)


def kill_the_clock_too(held: Held, rng: random.Random) -> None:
    _kill(held, held.holder, "beat")


def oversleep(held: Held, rng: random.Random) -> None:
    """The holder wakes when somebody else has had its shard for a while, or has done it."""
    held.there.thaw(*held.others)
    taken = Shard.objects.filter(pk=held.shard, token__gt=held.token)
    state = rng.choice(["leased", "done"])
    wait_for(lambda: taken.filter(state__in=[state, "done"]).exists(), what=held.there.logs)
    held.there.thaw(held.holder)


def _kill(held: Held, *names: str) -> None:
    held.there.kill(*names)
    held.there.thaw(*held.there.names)
    for name in names:
        held.there.start(name)


def losing(loss: Loss) -> Callable[[Held, random.Random], None]:
    """The broker loses what it has, and whoever holds the lease dies with it."""

    def strike(held: Held, rng: random.Random) -> None:
        loss()
        _kill(held, held.holder)

    return strike


def losses_of_folder(broker: Path) -> list[Loss]:
    """Its messages are deleted, or the folder as a whole."""

    def empty() -> None:
        for message in (broker / "messages").glob("*.msg"):  # none where the folder itself was lost before
            message.unlink(missing_ok=True)

    def delete() -> None:
        shutil.rmtree(broker, ignore_errors=True)

    return [empty, delete]


def endure(there: Workers, seed: int, losses: Sequence[Loss]) -> bool:
    """One run and what strikes it, to its whole end; True where a lease that was held was claimed again."""
    rng = random.Random(seed)
    strikes = [kill_one, kill_all, kill_the_clock_too, oversleep, *map(losing, losses)]
    run = start_run(comparisons(f"schedule-{seed}"), "paced-judge", {"seconds": SECONDS_AN_INPUT})
    for strike in [strikes[seed % len(strikes)], *rng.sample(strikes, k=rng.random() < 0.2)]:
        if held := freeze_on_a_lease(there, run, after=rng.randrange(LATEST_BLOW)):
            strike(held, rng)
    wait_for(lambda: is_over(run), what=lambda: f"seed {seed}\n{there.logs()}")
    is_whole(run)
    assert not there.dead(), f"{there.dead()} ended by themselves\n{there.logs()}"
    return Shard.objects.filter(stage__run=run, deaths__gt=0).exists()
