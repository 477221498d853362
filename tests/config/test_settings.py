"""The one settings file, read in a process of its own under different environments."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = """
import json, sys
from config import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""
URL = "postgresql://ann@db.example/prefs"


def ended(*names: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", READ, *names],
        env={**kept, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def read(*names: str, **environment: str) -> dict[str, Any]:
    done = ended(*names, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_production_is_the_default_and_strict(tmp_path):
    found = read(
        "DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS",
        "ALLOWED_HOSTS", "SECURE_PROXY_SSL_HEADER", "X_FRAME_OPTIONS", "SECURE_CONTENT_TYPE_NOSNIFF",
        PREFEREE_HOME=str(tmp_path), DATABASE_URL=URL,
    )  # fmt: skip
    assert found == {
        "DEBUG": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
        "SECURE_PROXY_SSL_HEADER": None,
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
    }


def test_a_local_demo_serves_plain_http_without_debugging(tmp_path):
    names = ("DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS")
    found = read(*names, PREFEREE_HOME=str(tmp_path), DATABASE_URL=URL, PREFEREE_LOCAL="1")
    assert list(found.values()) == [False, False, False, 0]


def test_a_server_that_is_named_is_used_and_otherwise_the_embedded_one(tmp_path):
    named = read("DATABASES", "EMBEDDED_HOME", PREFEREE_HOME=str(tmp_path), DATABASE_URL=URL)
    assert (named["DATABASES"]["default"]["HOST"], named["EMBEDDED_HOME"]) == ("db.example", None)
    embedded = read("DATABASES", "EMBEDDED_HOME", PREFEREE_HOME=str(tmp_path))
    assert embedded["EMBEDDED_HOME"] == str(tmp_path)
    assert embedded["DATABASES"]["default"]["ENGINE"] == "config.postgres"
    assert Path(embedded["DATABASES"]["default"]["HOST"]).is_absolute()
    assert not any(path.name == "postgres" for path in tmp_path.iterdir()), "reading the settings starts nothing"


def test_mail_goes_to_the_terminal_until_a_server_is_named(tmp_path):
    names = ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS", "PUBLIC_URL")
    given = {"PREFEREE_HOME": str(tmp_path), "DATABASE_URL": URL}
    silent = read(*names, **given)
    assert silent["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"
    assert silent["PUBLIC_URL"] == "http://127.0.0.1:8000"
    given |= {"PREFEREE_EMAIL_URL": "smtp://ann:p%40w@mail.example?tls=1", "PREFEREE_URL": "https://a.example/"}
    sent = ("django.core.mail.backends.smtp.EmailBackend", "mail.example", 587, "p@w", True, "https://a.example")
    assert tuple(read(*names, **given).values()) == sent


def test_the_secret_key_is_made_once_and_kept_privately(tmp_path):
    home = tmp_path / "new"
    first, second = (read("SECRET_KEY", PREFEREE_HOME=str(home), DATABASE_URL=URL) for _ in range(2))
    assert first == second
    assert len(first["SECRET_KEY"]) > 60
    assert [path.name for path in home.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert not stat.S_IMODE(home.stat().st_mode) & 0o066


def test_a_secret_key_of_the_environment_is_used_and_not_written(tmp_path):
    found = read("SECRET_KEY", PREFEREE_HOME=str(tmp_path), DATABASE_URL=URL, PREFEREE_SECRET_KEY="from outside")
    assert found["SECRET_KEY"] == "from outside"
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_agree_on_one_key(tmp_path):
    command = [sys.executable, "-c", READ, "SECRET_KEY"]
    environment = {"PYTHONPATH": str(ROOT / "platform"), "PREFEREE_HOME": str(tmp_path), "DATABASE_URL": URL}
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    keys = {process.communicate(timeout=60)[0] for process in started}
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize(("lease", "seconds"), [("60", 15), ("6", 2), ("1", 1), ("0.1", 1)])
def test_the_sweep_comes_four_times_a_lease_and_never_more_often_than_a_schedule_in_whole_seconds_can(
    tmp_path, lease, seconds
):
    found = read("CELERY_BEAT_SCHEDULE", PREFEREE_HOME=str(tmp_path), DATABASE_URL=URL, PREFEREE_LEASE_SECONDS=lease)
    assert found["CELERY_BEAT_SCHEDULE"]["sweep"] == {"task": "core.sweep", "schedule": seconds}


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PREFEREE_DEBUG": "perhaps"}, "PREFEREE_DEBUG is “perhaps”. Set it to 1 or 0."),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL is not a PostgreSQL address. Write postgresql://"),
        ({"PREFEREE_HOME": "/proc/nowhere"}, "Set PREFEREE_HOME to a folder that you may write to."),
    ],
)
def test_a_bad_setting_is_named_with_the_remedy(tmp_path, environment, sentence):
    done = ended("DEBUG", **{"PREFEREE_HOME": str(tmp_path), "DATABASE_URL": URL, **environment})
    assert done.returncode != 0
    assert sentence in done.stderr
