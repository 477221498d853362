"""Two hundred runs that are struck while a lease is held: does each end complete, with every output once?"""

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from measures import gate, print_load, print_table, timed
from stand import database
from tqdm import tqdm

from core.runs.steps import register
from tests.core.runs.paced import Paced, PacedJudge, recorded
from tests.core.runs.redis_server import MISSING, can_be_had, redis_server
from tests.core.runs.schedules import Loss, endure, losses_of_folder
from tests.core.runs.workers import url_of_database, workers

LEAST_SHARE = 0.8
SCHEDULES = 200

for step in (Paced(), PacedJudge()):
    register(step)


class Tally:
    """What became of the schedules over one broker."""

    def __init__(self, broker: str) -> None:
        self.broker = broker
        self.hits = self.schedules = 0
        self.missed: list[str] = []
        self.seconds = 0.0

    def strike(self, url: str, folder: Path, losses: Sequence[Loss], seeds: Sequence[int]) -> None:
        """After a schedule that went wrong the next one begins with new workers."""
        folder.mkdir()
        left = list(seeds)
        with timed() as timer, tqdm(total=len(left), desc=self.broker, unit="run", disable=None) as shown:
            while left:
                with workers(url_of_database(), url, folder) as there:
                    while left:
                        seed = left.pop(0)
                        self.schedules += 1
                        shown.update()
                        try:
                            self.hits += endure(there, seed, losses)
                        except AssertionError:
                            self.missed.append(f"Over {self.broker}, seed {seed}: {traceback.format_exc()}")
                            break
        self.seconds = timer.seconds

    def row(self) -> list[str]:
        whole = self.schedules - len(self.missed)
        share = f"{self.hits / self.schedules:.0%}"
        return [self.broker, str(self.schedules), str(whole), share, f"{self.seconds:.0f}"]


def run(schedules: int, over_redis: int) -> int:
    tallies = [Tally("files")]
    seeds = range(schedules)
    split = schedules - over_redis if can_be_had() else schedules
    print_load("before")
    with database() as folder, recorded():
        broker = folder / "broker"
        tallies[0].strike(f"filesystem://{broker}", folder / "files", losses_of_folder(broker), seeds[:split])
        if can_be_had():
            with redis_server(folder) as redis:
                tallies.append(Tally("Redis"))
                tallies[1].strike(redis.url, folder / "redis", [redis.flush, redis.restart], seeds[split:])
        else:
            print(f"Nothing over Redis: {MISSING}.")
    print_load("after")
    print_table(["broker", "schedules", "whole", "hit a lease", "seconds"], [each.row() for each in tallies])
    return gate(missed(tallies))


def missed(tallies: Sequence[Tally]) -> list[str]:
    failures = [each for tally in tallies for each in tally.missed]
    hits, schedules = (sum(getattr(tally, name) for tally in tallies) for name in ("hits", "schedules"))
    if hits < LEAST_SHARE * schedules:
        failures.append(f"{hits} of {schedules} schedules hit a lease; wanted are {LEAST_SHARE:.0%}.")
    return failures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: one schedule over each broker")
    parser.add_argument("--schedules", type=int, default=SCHEDULES, help="a fourth of them over Redis")
    options = parser.parse_args()
    schedules = 2 if options.quick else options.schedules
    sys.exit(run(schedules, max(1, schedules // 4)))
