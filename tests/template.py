"""One database that is migrated once, for those of the tests to be copies of: migrating takes some twenty seconds.

There is none where `DATABASE_URL` names a server that is not the tests' own.
"""

import fcntl
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg

from config.embedded import Address, address, ensure_running, stop
from config.embedded.programs import installed

ROOT = Path(__file__).resolve().parents[1]
HOME_OF_TESTS = "PREFEREE_TEST_HOME"
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
            _make(address(home), home.with_name("template.sql"))
            made.write(NAME)
    return NAME


def fill(home: Path) -> None:
    """Make a home's database as migrating leaves it, for a test that is not about a first start; it is stopped then."""
    if not (folder := os.environ.get(HOME_OF_TESTS)):
        return
    ensure(Path(folder) / "home")
    empty = ensure_running(home, durable=False)
    psql = [installed() / "bin" / "psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file"]
    subprocess.run([*psql, Path(folder) / "template.sql", empty.url], stdout=subprocess.DEVNULL, check=True)
    stop(home)


def _make(at: Address, dump: Path) -> None:
    with psycopg.connect(at.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
        connection.execute(f"CREATE DATABASE {NAME}")
    template = replace(at, database=NAME).url
    environment = {**os.environ, "DATABASE_URL": template, "PREFEREE_LOCAL": "1"}
    migrate = [sys.executable, ROOT / "manage.py", "migrate", "--skip-checks", "--verbosity", "0"]
    subprocess.run(migrate, env=environment, check=True)
    # Written once: nobody can copy the database while it is read.
    subprocess.run([installed() / "bin" / "pg_dump", "--file", dump, template], check=True)
