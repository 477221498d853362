"""One database that is migrated once, for those of the tests to be copies of: migrating takes some twenty seconds."""

import fcntl
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg

from config.embedded import Address, address

ROOT = Path(__file__).resolve().parents[1]
NAME = "template_of_tests"
BEGUN = "import sys; from pathlib import Path; from tests.template import ensure; ensure(Path(sys.argv[1]))"


def begin(home: Path) -> subprocess.Popen[bytes]:
    """Make it in a process of its own, while the tests are collected."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")])}
    return subprocess.Popen([sys.executable, "-c", BEGUN, str(home)], env=environment)


def ensure(home: Path) -> str:
    """The name of the database on the home's server; the first who asks makes it, and the others wait."""
    with home.with_name("template").open("a+") as made:
        fcntl.flock(made, fcntl.LOCK_EX)
        if not made.seek(0, os.SEEK_END):
            _make(address(home))
            made.write(NAME)
    return NAME


def _make(at: Address) -> None:
    with psycopg.connect(at.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
        connection.execute(f"CREATE DATABASE {NAME}")
    environment = {**os.environ, "DATABASE_URL": replace(at, database=NAME).url, "PREFEREE_LOCAL": "1"}
    migrate = [sys.executable, ROOT / "manage.py", "migrate", "--skip-checks", "--verbosity", "0"]
    subprocess.run(migrate, env=environment, check=True)
