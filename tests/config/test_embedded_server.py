"""Starting, attaching, stopping."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from config import embedded
from config.embedded import ensure_running, server, status, stop


def ask(home: Path, question: str) -> object:
    with psycopg.connect(embedded.address(home).url, autocommit=True) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_a_new_home_gets_a_server_that_answers_at_its_address(home: Path) -> None:
    assert ensure_running(home) == embedded.address(home)
    assert ask(home, "SELECT current_user || ' in ' || current_database()") == "preferee in preferee"


def test_the_role_owns_the_database_may_create_others_and_is_no_superuser(served_home: Path) -> None:
    url = ensure_running(served_home).url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("CREATE DATABASE another")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY kept FROM PROGRAM 'id'")


def test_nobody_can_connect_as_the_superuser(served_home: Path) -> None:
    where = ensure_running(served_home)
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(host=where.host, port=where.port, user="postgres", dbname="postgres")


def test_text_is_unicode_pages_have_checksums_and_vectors_are_there(served_home: Path) -> None:
    assert ask(served_home, "SELECT upper('éß') || ' ' || current_setting('server_encoding')") == "Éß UTF8"
    assert ask(served_home, "SHOW data_checksums") == "on"
    assert ask(served_home, "SELECT '[3,4]'::vector <-> '[0,0]'") == 5.0


def test_the_server_listens_on_no_network(served_home: Path) -> None:
    assert ask(served_home, "SHOW listen_addresses") == ""


@pytest.mark.parametrize(("durable", "expected"), [(True, "on"), (False, "off")])
def test_writes_are_durable_unless_a_test_says_otherwise(home: Path, durable: bool, expected: str) -> None:
    ensure_running(home, durable=durable)
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        assert ask(home, f"SHOW {setting}") == expected


def test_a_second_start_attaches_without_a_lock_and_without_a_program(served_home: Path) -> None:
    first = ensure_running(served_home)
    pid = status(served_home).pid

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("the quick path takes no lock and runs no program")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "only_one", forbidden)
        patch.setattr(subprocess, "run", forbidden)
        assert ensure_running(served_home) == first
    assert status(served_home).pid == pid


def test_a_stopped_server_keeps_its_data(home: Path) -> None:
    ensure_running(home)
    with psycopg.connect(embedded.address(home).url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert stop(home) is True
    assert status(home).running is False
    assert not status(home).socket.exists()
    ensure_running(home)
    assert ask(home, "SELECT n FROM kept") == 7


def test_stopping_what_does_not_run_says_so_and_makes_nothing(home: Path) -> None:
    assert stop(home) is False
    assert not home.exists()


def test_the_status_names_process_version_and_places(home: Path) -> None:
    before = status(home)
    assert (before.running, before.pid, before.version) == (False, None, None)
    where = ensure_running(home, durable=False)
    now = status(home)
    assert now.running
    assert now.pid is not None
    assert now.version == "18"
    assert ask(home, "SELECT pg_postmaster_start_time() < now()") is True
    assert (now.data / "PG_VERSION").exists()
    assert str(now.socket) == where.host


def test_processes_that_start_at_once_share_one_server_which_outlives_them(home: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from config.embedded import ensure_running, status;"
        "home = Path(sys.argv[1]); ensure_running(home, durable=False); print(status(home).pid)"
    )
    folder = Path(embedded.__file__).parents[2]
    starters = [
        subprocess.Popen([sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE, text=True, cwd=folder)
        for _ in range(3)
    ]
    printed = {starter.communicate()[0].strip() for starter in starters}
    assert [starter.returncode for starter in starters] == [0, 0, 0]
    assert printed == {str(status(home).pid)}


def test_a_home_with_a_long_path_works(new_home: Callable[..., Path]) -> None:
    home = new_home(name="x" * 120)
    ensure_running(home, durable=False)
    assert ask(home, "SELECT 1") == 1


def test_a_home_with_blanks_and_commas_works(new_home: Callable[..., Path]) -> None:
    home = new_home(name="my data, 'mine'")
    ensure_running(home, durable=False)
    assert ask(home, "SELECT 1") == 1
