"""The group: start all, start again what dies, stop all in order."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.serving.asking import Asked, asked_to_stop
from core.serving.child import Child
from core.serving.database import Database
from core.serving.keeper import Keeper
from core.serving.programs import Program, broker_url, environment

SECONDS_BETWEEN_LOOKS = 0.2
# A worker looks at a stage for half a minute, and finishes the shard it has.
SECONDS_TO_STOP = 45.0
STOPPING = "Stopping: shards at work are finished first. A second Ctrl-C ends them at once; they are done again later."


def serve(home: Path, programs: Sequence[Program], database: Database | None, say: Callable[[str], None]) -> None:
    """Returns when all have ended because somebody asked for it."""
    with asked_to_stop() as asked, _children(home, programs, say) as children:
        while not asked.times:
            if database is not None:
                database.look()
            for child in children:
                child.look()
            time.sleep(SECONDS_BETWEEN_LOOKS)
        _stop(children, asked, say)


@contextmanager
def _children(home: Path, programs: Sequence[Program], say: Callable[[str], None]) -> Iterator[list[Child]]:
    """Whatever happens in between, none of them is left."""
    surroundings = environment(home, broker_url(home))
    keeper = Keeper(surroundings)
    children = [Child(program, surroundings, keeper, say) for program in programs]
    try:
        yield children
    finally:
        for child in children:
            child.kill()
        keeper.dismiss()


def _stop(children: list[Child], asked: Asked, say: Callable[[str], None]) -> None:
    """Ask once and wait; what is still there after a second asking or the deadline is killed by the caller."""
    say(STOPPING)
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + SECONDS_TO_STOP
    while asked.times < 2 and time.monotonic() < deadline:
        if not [child for child in children if not child.is_gone()]:
            return
        time.sleep(SECONDS_BETWEEN_LOOKS)
