"""Django's engine starts the embedded server when a connection is first wanted, and again when it died."""

import os
import signal
from pathlib import Path

import pytest
from django.conf import settings
from django.db.utils import ConnectionHandler, OperationalError

from config.embedded import address, ensure_running, status
from config.postgres import base

if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    settings.configure(USE_TZ=True)


@pytest.fixture
def connection(home: Path, monkeypatch: pytest.MonkeyPatch) -> base.DatabaseWrapper:
    where = address(home)
    entry = {"HOST": where.host, "PORT": where.port, "USER": where.user, "NAME": where.database}
    handler = ConnectionHandler({"default": {"ENGINE": "config.postgres", **entry}})
    monkeypatch.setattr(settings, "EMBEDDED_HOME", home, raising=False)
    monkeypatch.setattr(base, "_started", set())
    wrapper = handler.create_connection("default")
    assert isinstance(wrapper, base.DatabaseWrapper)
    return wrapper


def answer(connection: base.DatabaseWrapper) -> object:
    with connection.get_new_connection(connection.get_connection_params()) as link:
        return link.execute("SELECT 7").fetchone()


def test_the_first_connection_starts_the_server(connection: base.DatabaseWrapper) -> None:
    assert answer(connection) == (7,)


def test_later_connections_do_not_ask_again(connection: base.DatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(connection) == (7,)
    monkeypatch.setattr(base, "ensure_running", lambda _: pytest.fail("the server was known to run"))
    assert answer(connection) == (7,)


def test_a_server_that_died_is_started_for_the_next_connection(connection: base.DatabaseWrapper, home: Path) -> None:
    assert answer(connection) == (7,)
    pid = status(home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert answer(connection) == (7,)


def test_a_refusal_is_a_database_error_with_the_same_sentence(connection: base.DatabaseWrapper, home: Path) -> None:
    home.mkdir()
    home.chmod(0o777)
    with pytest.raises(OperationalError, match="Every user may write into"):
        answer(connection)


def test_without_a_home_nothing_is_started(
    connection: base.DatabaseWrapper, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_running(home, durable=False)
    monkeypatch.setattr(settings, "EMBEDDED_HOME", None, raising=False)
    monkeypatch.setattr(base, "ensure_running", lambda _: pytest.fail("another server is in use"))
    assert answer(connection) == (7,)
