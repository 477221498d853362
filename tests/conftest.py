"""The database of the tests: `DATABASE_URL` where it is set, else an embedded server of their own, gone afterwards."""

import asyncio
import io
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from config.embedded import address, ensure_running, stop
from tests.emptying import empty_instead_of_truncating
from tests.template import HOME_OF_TESTS, begin, ensure

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TEMPLATE = pytest.StashKey[subprocess.Popen[bytes]]()


def pytest_configure(config: pytest.Config) -> None:
    is_controller = not hasattr(config, "workerinput")
    if not os.environ.get("DATABASE_URL"):
        if is_controller:
            home = tempfile.mkdtemp(prefix="preferee-tests-")
            Path(home).chmod(0o711)  # the server's account must pass through where root runs the tests
            os.environ[HOME_OF_TESTS] = home
            ensure_running(Path(home) / "home", durable=False)
            if getattr(config.option, "numprocesses", None) or config.option.markexpr:
                config.stash[TEMPLATE] = begin(Path(home) / "home")
        _use(Path(os.environ[HOME_OF_TESTS]) / "home")
    settings.HOME = Path(tempfile.mkdtemp(prefix="preferee-files-"))
    settings.EXPORTS_FOLDER, settings.STATIC_ROOT = settings.HOME / "exports", settings.HOME / "static"
    settings.STATIC_ROOT.mkdir()
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    empty_instead_of_truncating()
    for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        setattr(settings, name, False)


def _use(home: Path) -> None:
    at = address(home)
    settings.EMBEDDED_HOME = None
    connections["default"].settings_dict.update(
        NAME=at.database, USER=at.user, PASSWORD="", HOST=at.host, PORT=str(at.port), OPTIONS={}
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What commits comes first: the longest are among it, and at the end both processes have something short to do."""
    items.sort(key=lambda item: not _commits(item))


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asked or (marker and marker.kwargs.get("transaction")))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Databases are copies of one that is migrated, where the server is the tests' own."""
    if home := os.environ.get(HOME_OF_TESTS):
        connections["default"].settings_dict["TEST"]["TEMPLATE"] = ensure(Path(home) / "home")


def pytest_unconfigure(config: pytest.Config) -> None:
    if (template := config.stash.get(TEMPLATE, None)) is not None:
        template.wait()
    shutil.rmtree(settings.HOME, ignore_errors=True)
    if not hasattr(config, "workerinput") and (home := os.environ.pop(HOME_OF_TESTS, None)):
        stop(Path(home) / "home")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def shared_data() -> Path:
    """The folder of real preference data; a test that needs it is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder ../shared/data with the real data is absent")
    return SHARED_DATA


@pytest.fixture
def load() -> Callable[..., Any]:
    """Imports lines of the interchange format into a project; all of them have to be good."""
    from core.importing.reading import read
    from core.importing.service import ingest

    def loaded(project: Any, *lines: dict[str, Any]) -> Any:
        data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        refused: list[Any] = []
        imported = ingest(project, read(io.BytesIO(data.encode())), refuse=refused.append)
        assert not refused, refused[0]
        return imported.loaded

    return loaded


@pytest.fixture
def exported() -> Callable[..., bytes]:
    """Everything that a project says, in the interchange format, without a snapshot of its own."""
    import msgspec

    from core.exports.preferee import lines

    def written(project: Any) -> bytes:
        return b"".join(msgspec.json.Encoder().encode_lines(batch) for batch in lines(project))

    return written


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The test database as an address, for commands that run in processes of their own."""
    from tests.core.runs.workers import url_of_database

    return url_of_database()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A browser test leaves its loop running in the process; what else is tried starts its own, as a worker does.

    It is left before anything is set up, for within a loop Django has another connection than without. And what else
    is tried is told where it asks the database within a loop.
    """
    if "browser" in item.keywords:
        return (yield)
    loop, unsafe = asyncio._get_running_loop(), os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    asyncio._set_running_loop(None)
    try:
        return (yield)
    finally:
        asyncio._set_running_loop(loop)
        os.environ.update({} if unsafe is None else {"DJANGO_ALLOW_ASYNC_UNSAFE": unsafe})
