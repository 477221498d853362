"""Who can reach the database: its owner. And no directory above it becomes more open."""

import os
import pwd
import shutil
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from config.embedded import Address, EmbeddedError, address, ensure_running, launch, programs, status, stop
from config.embedded.account import Account, run

ActAs = Callable[[str, Callable[[], object]], str]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def connect(path: Path) -> str:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
    return "connected"


def log_in(where: Address, user: str) -> str:
    with psycopg.connect(host=where.host, port=where.port, user=user, dbname="preferee"):
        return "logged in"


def server_user(home: Path) -> str:
    return pwd.getpwuid(status(home).data.stat().st_uid).pw_name


def stranger_to(home: Path) -> str:
    return next(name for name in ("nobody", "daemon") if name != server_user(home))


def test_directories_are_private_and_those_above_keep_their_modes(home: Path) -> None:
    parents = {*home.parents, *Path(address(home).host).parents}
    above = {parent: mode(parent) for parent in parents if parent.exists()}
    ensure_running(home, durable=False)
    now = status(home)
    assert {parent: mode(parent) for parent in above} == above
    assert mode(now.data) == 0o700
    assert mode(now.socket) == 0o700
    assert mode(address(home).socket) == 0o700
    assert now.data.stat().st_uid == now.socket.stat().st_uid != 0


def test_another_user_can_neither_connect_nor_look(served_home: Path, act_as: ActAs) -> None:
    where = ensure_running(served_home)
    stranger, now = stranger_to(served_home), status(served_home)
    assert "PermissionError" in act_as(stranger, lambda: connect(where.socket))
    assert "Permission denied" in act_as(stranger, lambda: log_in(where, "preferee"))
    for folder in (now.socket, now.data, now.data.parent, served_home):
        assert "PermissionError" in act_as(stranger, lambda folder=folder: list(folder.iterdir()))


def test_even_with_the_socket_in_reach_another_user_is_nobody_to_the_server(served_home: Path, act_as: ActAs) -> None:
    where = ensure_running(served_home)
    for user in ("preferee", "postgres"):
        assert "FATAL" in act_as(server_user(served_home), lambda user=user: log_in(where, user))


def test_the_servers_environment_holds_no_key_of_ours(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_API_KEY", "a key")
    ensure_running(home, durable=False)
    assert b"JUDGE_API_KEY" not in Path(f"/proc/{status(home).pid}/environ").read_bytes()


def test_root_with_a_home_that_the_server_cannot_reach_keeps_it_closed(
    new_home: Callable[..., Path], as_root: None, caplog: pytest.LogCaptureFixture
) -> None:
    home = new_home(mode=0o700)
    ensure_running(home)
    with psycopg.connect(address(home).url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    place = status(home).data.parent
    assert mode(home.parent) == 0o700
    assert mode(place) == 0o711
    assert place.stat().st_uid == 0
    assert f"the database's files are in {place}" in caplog.text
    stop(home)
    ensure_running(home)
    with psycopg.connect(address(home).url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_a_note_to_files_that_are_gone_is_no_empty_database(new_home: Callable[..., Path], as_root: None) -> None:
    home = new_home(mode=0o700)
    ensure_running(home, durable=False)
    stop(home)
    shutil.rmtree(status(home).data.parent)
    with pytest.raises(EmbeddedError, match="which is not there"):
        ensure_running(home, durable=False)


def test_programs_that_the_server_cannot_run_are_copied_out_of_its_reach_to_alter(
    new_home: Callable[..., Path], as_root: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, closed = new_home(), new_home(mode=0o700).parent
    original = programs.installed()
    shutil.copytree(original.parent.parent / programs.LIBRARIES, closed / programs.LIBRARIES)
    ignored = shutil.ignore_patterns("include", "*.a")
    folder = shutil.copytree(original, closed / programs.PACKAGE / programs.INSTALLATION, ignore=ignored)
    monkeypatch.setattr(programs, "installed", lambda: Path(folder))
    ensure_running(home, durable=False)
    copy = Path(f"/proc/{status(home).pid}/exe").readlink()
    assert copy.is_relative_to(home)
    assert mode(closed) == 0o700
    for path in (copy, *copy.parents):
        assert path.stat().st_uid == 0
    writable = [path for path in home.joinpath("postgres").glob("programs-*/**/*") if mode(path) & 0o022]
    assert writable == []


def test_an_opened_socket_directory_is_refused(home: Path) -> None:
    sockets = Path(ensure_running(home, durable=False).host)
    sockets.chmod(0o777)
    with pytest.raises(EmbeddedError, match="has the mode 0777 and must have 0700"):
        ensure_running(home)
    stop(home)
    sockets.mkdir()
    sockets.chmod(0o777)
    facts = status(home).data.stat()
    os.chown(sockets, facts.st_uid, facts.st_gid)
    with pytest.raises(EmbeddedError, match="has the mode 0777 and must have 0700"):
        ensure_running(home)
    assert not status(home).running


def test_an_opened_data_directory_is_refused(home: Path) -> None:
    ensure_running(home, durable=False)
    stop(home)
    status(home).data.chmod(0o755)
    with pytest.raises(EmbeddedError, match="has the mode 0755 and must have 0700"):
        ensure_running(home)


def test_a_link_laid_where_the_socket_directory_goes_is_refused(home: Path, tmp_path: Path) -> None:
    sockets = Path(address(home).host)
    if os.geteuid() != 0:
        sockets.parent.mkdir(parents=True, mode=0o700)
    sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(EmbeddedError, match="is a link or a file"):
            ensure_running(home, durable=False)
        assert not status(home).running
    finally:
        sockets.unlink()


def test_a_socket_directory_that_somebody_else_made_is_refused(home: Path, as_root: None) -> None:
    sockets = Path(address(home).host)
    sockets.mkdir(mode=0o700)
    os.chown(sockets, pwd.getpwnam("daemon").pw_uid, -1)
    with pytest.raises(EmbeddedError, match="belongs to daemon and must belong to"):
        ensure_running(home, durable=False)


def test_a_directory_above_that_opens_during_the_start_ends_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_a_parent(account: Account, *command: str | Path, text: str = "") -> object:
        if "start" in command:
            home.parent.chmod(0o755)
        return run(account, *command, text=text)

    monkeypatch.setattr(launch, "run", open_a_parent)
    with pytest.raises(EmbeddedError, match=f"{home.parent} was opened from mode 0711 to 0755"):
        ensure_running(home, durable=False)
    assert not status(home).running
