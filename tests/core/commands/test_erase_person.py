"""manage.py erase_person removes somebody from every project and their account."""

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test import Client

from core.judges import judge_of
from core.models import ApiToken, AuditEvent, Judge, Judgment, Membership, Role, Session, User
from tests.factories import PASSWORD, ComparisonFactory, JudgmentFactory, MembershipFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann() -> User:
    """Judged in one project, member of another."""
    person = UserFactory(email="ann@example.org", name="Ann Secretname")
    member = MembershipFactory(user=person)
    project = member.project
    comparison = ComparisonFactory(project=project)
    JudgmentFactory(
        comparison=comparison,
        judge=judge_of(person, project),
        person=person,
        round=project.current_round,
        rationale="Because I, Ann, say so.",
    )
    MembershipFactory(user=person)
    ApiToken.objects.create(user=person, name="Ann's", digest="1", start="1")
    Client().force_login(person)
    return person


def test_nothing_names_them_any_more(manage, ann):
    ended = manage("erase_person", "Ann@example.org", "--yes")
    assert (ended.code, ended.out) == (0, "Erased in 2 projects, and the account.\n")
    ann.refresh_from_db()
    assert (ann.name, ann.is_active, str(ann)) == ("Erased person", False, "Erased person")
    assert ann.erased
    assert authenticate(username="ann@example.org", password=PASSWORD) is None
    for left in (Membership, ApiToken, Session):
        assert not left.objects.filter(user=ann).exists()
    assert Judgment.objects.get().ranks == [1, 2]
    assert not Judge.objects.filter(person=ann).exists()
    assert [name for name in ("Secretname", "ann@example", "I, Ann") if name in all_rows()] == []
    assert AuditEvent.objects.get(verb="account.erase").target == str(ann.public)


def all_rows() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        found = []
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{name}" t')
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


def test_nothing_is_begun_where_a_project_would_have_no_owner(manage, ann):
    owned = ProjectFactory(name="Mine")
    MembershipFactory(project=owned, user=ann, role=Role.OWNER)
    ended = manage("erase_person", "ann@example.org", "--yes")
    assert (ended.code, "Mine has no other owner" in ended.err) == (1, True)
    assert Membership.objects.filter(user=ann).count() == 3


def test_an_unknown_address_and_a_wrong_answer_erase_nothing(manage, ann, monkeypatch):
    assert manage("erase_person", "bob@example.org", "--yes").code == 1
    monkeypatch.setattr("builtins.input", lambda question: "yes")
    assert "nothing was erased" in manage("erase_person", "ann@example.org").err
    ann.refresh_from_db()
    assert ann.erased is None
