"""manage.py judges."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from core.models import AuditEvent, Judge, Role
from tests.factories import ComparisonFactory, JudgmentFactory, MembershipFactory, ProjectFactory
from tests.synth.scripted import EndpointFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    EndpointFactory(name="local")
    return ProjectFactory(slug="p")


@pytest.fixture
def file(tmp_path):
    def written(text: str) -> str:
        path: Path = tmp_path / "judge.yaml"
        path.write_text(text)
        return str(path)

    return written


def said(*args: str) -> str:
    out = io.StringIO()
    call_command("judges", *args, "--project", "p", stdout=out)
    return out.getvalue()


def test_a_file_makes_a_judge_and_its_next_version(project, file):
    assert said("add", file("name: fair\nendpoint: local\n")) == "fair@1 judges pairwise by local.\n"
    JudgmentFactory(comparison=ComparisonFactory(project=project), judge=Judge.objects.get())
    assert said("add", file("name: fair\nendpoint: local\nmethod: listwise\n")) == "fair@2 judges listwise by local.\n"
    assert [line.split() for line in said("list").splitlines()] == [
        ["fair@2", "listwise", "local", "0"],
        ["fair@1", "pairwise", "local", "1"],
    ]


def test_show_says_every_setting_and_what_it_asks(project, file):
    said("add", file("name: fair\nendpoint: local\n"))
    shown = said("show", "fair")
    assert all(word in shown for word in ("fair@1", "pairwise@1", "reasks  1", "what its first run finds"))


def test_by_acts_as_a_person(project, file):
    manager, annotator = (MembershipFactory(project=project, role=role).user for role in (Role.MANAGER, Role.ANNOTATOR))
    said("add", file("name: fair\nendpoint: local\n"), "--by", manager.email)
    assert AuditEvent.objects.get(verb="judge.create").actor == manager
    for verb in ("list", "show"):
        with pytest.raises(CommandError):
            said(verb, "fair", "--by", annotator.email)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("endpoint: local", "does not say “name: NAME”"),
        ("- a", "does not say “name: NAME”"),
        ("name: [", "is not YAML"),
        ("name: fair\nendpoint: local\nmodle: x", "modle: .*The settings of a judge are: method, endpoint"),
        ("name: fair\nendpoint: local\nsamples: 99", "samples: "),
        ("name: fair\nendpoint: far", "no endpoint “far”"),
    ],
)
def test_what_does_not_fit_is_a_sentence(project, file, text, sentence):
    with pytest.raises(CommandError, match=sentence):
        said("add", file(text))
    assert not Judge.objects.exists()


def test_a_file_that_is_not_there_is_a_sentence(project, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        said("add", str(tmp_path / "none.yaml"))
    with pytest.raises(CommandError, match="Name a file"):
        said("add")
