import os
import subprocess
import sys

from core.serving.keeper import Keeper, watched
from tests.core.runs.workers import wait_for
from tests.core.serving.served import surroundings


def test_what_was_taken_back_is_not_watched():
    assert watched(["+10\n", "+11\n", "-10\n", "+12\n", "-13\n"]) == {11, 12}


def test_when_its_pipe_breaks_it_ends_the_groups_it_still_watches(tmp_path):
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    watched_one, other = [subprocess.Popen(sleep, start_new_session=True) for _ in range(2)]
    keeper = Keeper(surroundings(tmp_path))
    try:
        keeper.watch(watched_one.pid)
        keeper.watch(other.pid)
        keeper.forget(other.pid)
        keeper.dismiss()
        wait_for(lambda: watched_one.poll() is not None, what="the group lives on")
        assert watched_one.returncode == -9
        assert other.poll() is None
    finally:
        for each in (watched_one, other):
            if each.poll() is None:
                os.killpg(each.pid, 9)
            each.wait()
