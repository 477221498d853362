"""What is recovered from, and that it is said."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from config.embedded import EmbeddedError, address, ensure_running, recovery, status, stop
from config.embedded.account import server_account

BUSY = """DO $$ DECLARE begun timestamptz := clock_timestamp();
          BEGIN WHILE clock_timestamp() < begun + interval '{seconds} s' LOOP END LOOP; END $$"""


def kill_postmaster(home: Path) -> None:
    pid = status(home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while status(home).running and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.fixture
def busy_home(home: Path) -> Iterator[Path]:
    """A home whose server was killed while one of its processes computes for four seconds."""
    ensure_running(home, durable=False)
    connection = psycopg.connect(address(home).url, autocommit=True)
    begun = threading.Event()

    def work() -> None:
        begun.set()
        with suppress(psycopg.OperationalError):
            connection.execute(BUSY.format(seconds=4))

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    time.sleep(0.3)
    kill_postmaster(home)
    yield home
    thread.join()
    connection.close()


def test_after_kill_9_the_data_is_there_and_the_recovery_is_said(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    url = ensure_running(home).url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    kill_postmaster(home)
    ensure_running(home)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    assert "was ended without a shutdown" in caplog.text


def test_a_process_that_outlives_its_server_is_waited_for(busy_home: Path, caplog: pytest.LogCaptureFixture) -> None:
    ensure_running(busy_home, durable=False)
    assert "waiting for them to end" in caplog.text
    with psycopg.connect(address(busy_home).url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_process_that_never_ends_is_named(busy_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "LONGEST_ORPHAN", 0.2)
    with pytest.raises(EmbeddedError, match=r"end them with `kill \d+"):
        ensure_running(busy_home, durable=False)


def test_a_stale_lock_that_names_a_stranger_is_removed(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    ensure_running(home, durable=False)
    data = status(home).data
    lock = (data / "postmaster.pid").read_text().split("\n", 1)[1]
    account = server_account(data)
    stop(home)
    identity = {"user": account.uid, "group": account.gid} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "60"], cwd="/", **identity) as stranger:
        (data / "postmaster.pid").write_text(f"{stranger.pid}\n{lock}")
        os.chown(data / "postmaster.pid", account.uid, account.gid)
        try:
            ensure_running(home, durable=False)
            assert stranger.poll() is None
        finally:
            stranger.kill()
    assert f"Process {stranger.pid} is not the database server any more" in caplog.text


def test_a_server_whose_socket_is_gone_is_restarted(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    ensure_running(home, durable=False)
    shutil.rmtree(address(home).host)
    ensure_running(home, durable=False)
    with psycopg.connect(address(home).url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert "no longer answers" in caplog.text


def test_a_home_that_was_renamed_under_a_running_server_never_gets_a_second_one(home: Path) -> None:
    ensure_running(home, durable=False)
    old = status(home).pid
    old_sockets = Path(address(home).host)
    moved = home.rename(home.with_name("moved"))
    try:
        ensure_running(moved, durable=False)
        assert status(moved).pid != old
        assert old is not None
        assert not Path(f"/proc/{old}/cwd").exists()
    finally:
        stop(moved)
        shutil.rmtree(address(moved).host, ignore_errors=True)
        shutil.rmtree(old_sockets, ignore_errors=True)


def test_an_address_where_another_server_answers_is_refused(home: Path) -> None:
    ensure_running(home, durable=False)
    stop(home)
    sockets = address(home).socket.parent
    sockets.mkdir(mode=0o700)
    account = server_account(status(home).data)
    os.chown(sockets, account.uid, account.gid)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(address(home).socket))
        other.listen()
        with pytest.raises(EmbeddedError, match="already answers at"):
            ensure_running(home, durable=False)


def test_a_creation_that_was_cut_off_is_begun_again(home: Path) -> None:
    half = home / "postgres" / "data.new"
    ensure_running(home, durable=False)
    stop(home)
    (home / "postgres" / "data").rename(half)
    (half / "PG_VERSION").unlink()
    ensure_running(home, durable=False)
    assert status(home).running
    assert not half.exists()
