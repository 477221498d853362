"""The clock of one worker is a minute off, either way: it takes nobody's lease, and nobody takes its."""

import shutil
import subprocess

import pytest

from core.models import Shard
from core.runs.starting import start_run
from tests.core.runs.paced import begun
from tests.core.runs.schedules import comparisons, is_over, is_whole
from tests.core.runs.workers import wait_for, workers

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed (apt install faketime)"),
]
# More than the slowest shard, for no lease may run out here unless a clock is to blame.
LEASE_SECONDS = 20.0


def minutes_off(minutes: int) -> dict[str, str]:
    """The environment of a process whose clock is wrong by so much."""
    told = subprocess.run(["faketime", "-f", "+0s", "env"], capture_output=True, text=True, check=True).stdout
    library = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)["LD_PRELOAD"]
    return {"LD_PRELOAD": library, "FAKETIME": f"{60 * minutes:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@pytest.mark.usefixtures("paced")
@pytest.mark.parametrize("minutes", [1, -1])
def test_a_worker_whose_clock_is_a_minute_off_shares_the_run_with_one_whose_clock_is_right(
    database_url, tmp_path, minutes
):
    with workers(database_url, f"filesystem://{tmp_path}/broker", tmp_path, ["right"], lease=LEASE_SECONDS) as there:
        there.start("wrong", program="tests.core.runs.wrong_clock", **minutes_off(minutes))
        there.wait_until_ready()
        run = start_run(comparisons("p"), "paced-judge", {"seconds": 0.05})
        there.start("beat")
        wait_for(lambda: is_over(run), what=there.logs)
        is_whole(run)
        off = {there.name_of(process): round((clock - at) / 60) for _, process, clock, at in begun(run)}
        assert off == {"wrong": minutes, "right": 0}, "both took part"
        assert set(Shard.objects.filter(stage__run=run).values_list("attempts", "deaths")) == {(1, 0)}
        stage = run.stages.get()
        assert run.started <= stage.started <= stage.finished <= run.finished
        assert not there.dead(), there.logs()
