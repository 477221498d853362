"""The role matrix: what the docs promise is what the code allows, through commands as through pages."""

from pathlib import Path

import pytest

from core.models import Role
from core.permissions import INCLUDES, MAY
from core.roles import table
from tests.factories import MembershipFactory, ProjectFactory, RunFactory, UserFactory

DOCS = Path(__file__).resolve().parents[3] / "docs" / "roles.md"
PROJECTS = ("own", "other")


def test_the_table_in_the_docs_is_the_one_of_the_code() -> None:
    assert table() in DOCS.read_text()
    assert len(table().splitlines()) == 2 + len(INCLUDES)


def test_every_verb_is_held_by_somebody_and_the_owner_holds_all() -> None:
    assert frozenset(INCLUDES) == MAY[Role.OWNER] == frozenset().union(*MAY.values())


@pytest.fixture
def line(file_of):
    return file_of({"prompt": "Which?", "responses": [{"id": text, "content": text} for text in "ab"]})


def commands(slug, run, line, folder):
    return {
        ("report", "--project", slug): "read",
        ("runs", "list", "--project", slug): "read",
        ("runs", "show", str(run.public)): "read",
        ("ingest", line, "--project", slug): "manage",
        ("run_recipe", "compare", "--project", slug): "manage",
        ("run_recipe", "compare", "--project", slug, "--plan"): "manage",
        ("export_dataset", "--project", slug, "--format", "preferee", "--out", folder): "manage",
        ("runs", "pause", str(run.public)): "manage",
        ("runs", "cancel", str(run.public)): "manage",
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whose", PROJECTS)
@pytest.mark.parametrize("role", Role.values)
def test_a_command_as_somebody_does_what_their_role_allows(manage, line, tmp_path, role, whose):
    member = MembershipFactory(role=role)
    project = member.project if whose == "own" else ProjectFactory()
    run = RunFactory(project=project, state="running")
    for words, verb in commands(project.slug, run, line, tmp_path / "out").items():
        ended = manage(*words, "--by", member.user.email)
        allowed = whose == "own" and verb in MAY[role]
        assert (ended.code == 0) == allowed, (words, ended)
        if whose == "other":
            assert "There is no project" in ended.err or "0 runs are called" in ended.err


@pytest.mark.django_db
def test_a_list_of_runs_as_somebody_holds_only_what_they_read(manage):
    reads, judges = MembershipFactory(role=Role.VIEWER), RunFactory()
    MembershipFactory(user=reads.user, project=judges.project, role=Role.ANNOTATOR)
    seen = RunFactory(project=reads.project)
    RunFactory()
    assert [row.split()[0] for row in manage("runs", "list", "--by", reads.user.email).out.splitlines()] == [
        str(seen.public)
    ]


@pytest.mark.django_db
def test_nobody_can_be_acted_for_who_is_not_here(manage):
    closed = UserFactory(is_active=False)
    for email in ("nobody@example.org", closed.email):
        assert f"Nobody here has the address {email}." in manage("report", "--project", "p", "--by", email).err
