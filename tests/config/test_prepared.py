"""Statements that go to libpq themselves: values of each kind, several at once, what fails, what a transaction sees."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.postgres.prepared import read
from core.models import User
from core.rows import ask, ask_last, ask_together, tell
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NEW = "INSERT INTO core_group (public, project_id, name, created) VALUES (gen_random_uuid(), -1, %s, now())"


@pytest.mark.parametrize(
    ("sql", "numbered", "names"),
    [
        ("SELECT %s, %s", b"SELECT $1, $2", ("0", "1")),
        ("SELECT %(a)s, %(b)s, %(a)s", b"SELECT $1, $2, $1", ("a", "b")),
        ("SELECT 5 %% 3, 'x%%' LIKE %s", b"SELECT 5 % 3, 'x%' LIKE $1", ("0",)),
        ("SELECT 1", b"SELECT 1", ()),
    ],
)
def test_values_are_numbered_and_travel_once(sql: str, numbered: bytes, names: tuple[str, ...]) -> None:
    statement = read(sql)
    assert (statement.sql, statement.names) == (numbered, names)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "text"),
        (True, "boolean"),
        (7, "bigint"),
        (-(2**63), "bigint"),
        (0.1, "float8"),
        ('“quoted" \\ ’ %s \n', "text"),
        (b"\x00\xff'", "bytea"),
        (UUID(int=5), "uuid"),
        (datetime(2026, 11, 26, 12, 30, 0, 5, tzinfo=UTC), "timestamptz"),
        ([b"\x01", b"\x02"], "bytea[]"),
        ([1, 2**40], "bigint[]"),
        ([], "text[]"),
    ],
)
def test_a_value_comes_back_as_it_went(value: Any, kind: str) -> None:
    assert ask(f"SELECT %s::{kind}", [value]) == [(value,)]


def test_a_statement_takes_numbers_of_any_size_though_its_first_was_small() -> None:
    for number in (1, 40_000, 3_000_000_000):
        assert ask("SELECT id FROM core_user u WHERE u.id = %s AND %s > 0", [number, number]) == []


def test_how_many_rows_changed_is_told() -> None:
    UserFactory.create_batch(3)
    assert tell("UPDATE core_user SET name = %s", ["Same"]) == User.objects.count()
    assert tell("UPDATE core_user SET name = %s WHERE false", ["Same"]) == 0


def test_several_are_answered_in_their_order_and_each_sees_what_was_changed_before() -> None:
    person = UserFactory(name="Before")
    rename, look = "UPDATE core_user SET name = %s WHERE id = %s", "SELECT name FROM core_user WHERE id = %s"
    before, _, after = ask_together((look, [person.pk]), (rename, ["After", person.pk]), (look, [person.pk]))
    assert (before, after) == ([("Before",)], [("After",)])


def test_what_fails_is_an_error_of_djangos_and_the_connection_goes_on() -> None:
    with pytest.raises(DataError), transaction.atomic():
        ask_together(("SELECT 1", []), ("SELECT 1 / %s", [0]), ("SELECT 2", []))
    assert ask_together(("SELECT 1", []), ("SELECT 2", [])) == [[(1,)], [(2,)]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("others", [[], [("SELECT 1", [])]], ids=["alone", "among others"])
def test_the_first_statement_of_a_transaction_begins_it(others: list[Any]) -> None:
    person = UserFactory(name="Before")
    rename = ("UPDATE core_user SET name = %s WHERE id = %s", ["After", person.pk])
    with transaction.atomic():
        ask_together(*others, rename, *others)
        transaction.set_rollback(True)
    assert User.objects.get(pk=person.pk).name == "Before"
    with transaction.atomic():
        ask_together(*others, rename, *others)
    assert User.objects.get(pk=person.pk).name == "After"


@pytest.mark.django_db(transaction=True)
def test_what_fails_takes_the_whole_transaction_back_also_at_its_end() -> None:
    person = UserFactory(name="Before")
    rename = ("UPDATE core_user SET name = %s WHERE id = %s", ["After", person.pk])
    with pytest.raises(IntegrityError), transaction.atomic():
        ask_together(rename, (NEW, ["of no project"]))
    assert User.objects.get(pk=person.pk).name == "Before"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("others", [[], [("SELECT 1", [])]], ids=["alone", "among others"])
def test_a_server_that_goes_away_meanwhile_is_a_lost_connection(others: list[Any]) -> None:
    gone = ("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)", [])
    with pytest.raises(OperationalError):
        ask_together(*others, gone, *others)
    connection.close_if_unusable_or_obsolete()
    assert ask_together(("SELECT 1", []), ("SELECT 2", [])) == [[(1,)], [(2,)]]


def test_whoever_looks_at_queries_sees_these_too_with_their_values() -> None:
    with CaptureQueriesContext(connection) as queries:
        ask_together(("SELECT %s::text", ["it's"]), ("SELECT 2", []))
    assert [each["sql"] for each in queries.captured_queries] == ["SELECT 'it''s'::text", "SELECT 2"]


def renamed(person: User, name: str = "After") -> tuple[str, list[Any]]:
    return "UPDATE core_user SET name = %s WHERE id = %s RETURNING name", [name, person.pk]


def seen_elsewhere(person: User) -> str:
    """By another connection, which sees what is committed."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT name FROM core_user WHERE id = %s", [person.pk])
            return str(cursor.fetchone()[0])
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_the_last_of_a_transaction_take_its_commit_along() -> None:
    person, told = UserFactory(name="Before"), []
    with transaction.atomic():
        transaction.on_commit(lambda: told.append(seen_elsewhere(person)))
        with transaction.atomic(savepoint=False):
            assert ask_last(renamed(person), ("SELECT 2", [])) == [[("After",)], [(2,)]]
        assert (seen_elsewhere(person), told) == ("After", [])
    assert told == ["After"]
    assert connection.get_autocommit()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_of_one_trip_begins_and_ends_in_it() -> None:
    person = UserFactory(name="Before")
    with transaction.atomic():
        ask_last(renamed(person))
        assert seen_elsewhere(person) == "After"


@pytest.mark.django_db(transaction=True)
def test_the_last_of_a_transaction_within_another_leave_the_end_to_that() -> None:
    person = UserFactory(name="Before")
    with transaction.atomic():
        with transaction.atomic():
            ask_last(renamed(person))
        assert seen_elsewhere(person) == "Before"
        transaction.set_rollback(True)
    assert seen_elsewhere(person) == "Before"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("bad", [("SELECT 1 / %s", [0]), (NEW, ["of no project"])], ids=["at once", "at the commit"])
def test_where_the_last_fail_nothing_is_kept(bad: tuple[str, list[Any]]) -> None:
    person = UserFactory(name="Before")
    with pytest.raises((DataError, IntegrityError)), transaction.atomic():
        ask_last(renamed(person), bad)
    assert seen_elsewhere(person) == "Before"
    assert ask_last(renamed(person)) == [[("After",)]]
    assert seen_elsewhere(person) == "After"
