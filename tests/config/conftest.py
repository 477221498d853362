"""A private home for each test, another user to knock at its door, and the end of whatever server was started."""

import os
import pwd
import shutil
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from config.embedded import EmbeddedError, address, ensure_running, status, stop


@pytest.fixture
def new_home() -> Iterator[Callable[..., Path]]:
    """Makes homes that do not exist yet, in directories that the server's account can pass through."""
    with homes() as make:
        yield make


@pytest.fixture(scope="session")
def served_home() -> Iterator[Path]:
    """A home with a running server, for tests that only look."""
    with homes() as make:
        home = make()
        ensure_running(home, durable=False)
        yield home


@contextmanager
def homes() -> Iterator[Callable[..., Path]]:
    made: list[tuple[Path, Path]] = []

    def make(*, mode: int = 0o711, name: str = "home") -> Path:
        folder = Path(tempfile.mkdtemp(prefix="preferee-test-"))
        folder.chmod(mode)
        made.append((folder, folder / name))
        return folder / name

    try:
        yield make
    finally:
        for folder, home in made:
            try:
                discard(home)
            finally:
                shutil.rmtree(folder)


@pytest.fixture
def home(new_home: Callable[..., Path]) -> Path:
    return new_home()


def discard(home: Path) -> None:
    """Stop the home's server, by force where it must be, and remove what lies outside the home."""
    try:
        stop(home)
        place = status(home).data.parent
    except EmbeddedError:
        place = home / "postgres"
        with suppress(OSError, ValueError):
            os.kill(int((place / "data" / "postmaster.pid").read_text().split("\n")[0]), signal.SIGQUIT)
    sockets = Path(address(home).host)
    for outside in (place, sockets):
        if not outside.is_symlink():
            shutil.rmtree(outside, ignore_errors=True)


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can act as another user")


@pytest.fixture
def act_as(as_root: None) -> Callable[[str, Callable[[], object]], str]:
    """Runs something as another user and gives back what came of it: the result's text, or `Error: sentence`."""
    return outcome


def outcome(user: str, action: Callable[[], object]) -> str:
    account = pwd.getpwnam(user)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            text = str(action())
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
        except BaseException:
            text = traceback.format_exc()
        os.write(writing, text.encode()[:4000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text
