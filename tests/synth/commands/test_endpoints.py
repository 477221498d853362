"""Endpoints from a shell: the same rules as on the page."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.models import AuditEvent
from core.runs.steps import PermanentError
from synth.backends.protocol import Reply
from synth.models import Endpoint
from tests.core.commands.conftest import manage as manage
from tests.factories import ProjectFactory, UserFactory
from tests.synth.scripted import EndpointFactory, script

pytestmark = pytest.mark.django_db
FILE = """
name: judge-70b
address: http://127.0.0.1:8000/v1
model: llama-70b
key_variable: PREFEREE_KEY_JUDGE
external: false
price_in: 0.15
projects: [helpful]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "judge.yaml"
    path.write_text(FILE)
    return path


def test_a_file_is_added_and_added_again_it_is_what_the_file_says(manage: Any, file: Path) -> None:
    project = ProjectFactory(slug="helpful")
    ended = manage("endpoints", "add", file)
    assert (ended.code, ended.err) == (0, "")
    assert "judge-70b was added." in ended.out
    assert "PREFEREE_KEY_JUDGE is not set here." in ended.out
    found = Endpoint.objects.get()
    assert (found.external, found.price_in, found.concurrency) == (False, Decimal("0.15"), 16)
    assert list(found.projects.all()) == [project]
    assert "is now as the file says" in manage("endpoints", "add", file).out
    assert [event.verb for event in AuditEvent.objects.all()] == ["endpoint.create"]
    file.write_text(FILE.replace("llama-70b", "llama-8b"))
    manage("endpoints", "add", file)
    assert Endpoint.objects.get().model == "llama-8b"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("key_variable: DATABASE_URL", "begins with PREFEREE_KEY_"),
        ("address: http://169.254.169.254/v1", "where no model answers"),
        ("projects: [nowhere]", "projects"),
        ("colour: red", "An endpoint has no “colour”"),
        ("price_in: cheap", "Write an amount"),
        ("concurrency: [", "This is not YAML"),
    ],
)
def test_what_does_not_fit_is_a_sentence(manage: Any, file: Path, line: str, sentence: str) -> None:
    ProjectFactory(slug="helpful")
    name = line.partition(":")[0]
    file.write_text("\n".join(each for each in FILE.splitlines() if not each.startswith(name)) + f"\n{line}\n")
    ended = manage("endpoints", "add", file)
    assert ended.code == 1
    assert sentence in ended.err
    assert not Endpoint.objects.exists()


def test_a_test_says_what_came_of_it(manage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    EndpointFactory(name="judge")
    script(monkeypatch, lambda request: Reply("1 2 3", tokens_out=50, seconds=0.5))
    ended = manage("endpoints", "test", "judge")
    assert (ended.code, ended.out) == (0, "judge: reached, 100 tokens a second\n")
    assert "reached, 100 tokens a second" in manage("endpoints", "list").out
    script(monkeypatch, lambda request: PermanentError("The server is away."))
    ended = manage("endpoints", "test", "judge")
    assert (ended.code, ended.err) == (1, "judge: The server is away.")
    assert "There is no endpoint “other”" in manage("endpoints", "test", "other").err


def test_only_staff_may(manage: Any, file: Path) -> None:
    ProjectFactory(slug="helpful")
    person = UserFactory()
    assert manage("endpoints", "list", "--by", person.email).code == 1
    assert manage("endpoints", "add", file, "--by", person.email).code == 1
    staff = UserFactory(is_staff=True)
    assert manage("endpoints", "add", file, "--by", staff.email).code == 0
    assert AuditEvent.objects.get().actor == staff
