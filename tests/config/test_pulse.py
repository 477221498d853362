"""The clock's pulse says whether it rang lately; health checks ask for it as a process of their own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import pulse

ROOT = Path(__file__).resolve().parents[2]


def asked(home: Path) -> tuple[int, str]:
    environment = {"PREFEREE_HOME": str(home), "PREFEREE_SECRET_KEY": "x", "PREFEREE_LEASE_SECONDS": "60",
                   "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")])}  # fmt: skip
    command = [sys.executable, "-m", "config.pulse"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip()


@pytest.mark.parametrize(
    ("ago", "code", "said"),
    [(None, 1, "The clock has not rung yet."), (0, 0, ""), (60, 0, ""), (1000, 1, "The clock has not rung for 1")],
)
def test_it_says_whether_the_clock_rang_lately(tmp_path, ago, code, said):
    if ago is not None:
        (tmp_path / "beat.pulse").touch()
        os.utime(tmp_path / "beat.pulse", times=(time.time() - ago,) * 2)
    ended, words = asked(tmp_path)
    assert (ended, words.startswith(said)) == (code, True), words


def test_a_ring_leaves_it(settings, tmp_path):
    settings.HOME = tmp_path
    assert pulse.complaint()
    pulse.touch()
    assert not pulse.complaint()
