"""Statements that are asked all the time read the same rows as Django's own, and are planned once a connection."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from core.models import Comparison, Judgment, Project, Prompt, Response, Round, User
from core.rows import Columns, adding, ask, split
from tests.factories import ComparisonFactory, JudgmentFactory, UserFactory

pytestmark = pytest.mark.django_db
PLANNED = "SELECT generic_plans + custom_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s"


def values_of(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("model", [Comparison, Judgment, Project, Prompt, Response])
def test_a_row_is_what_django_reads(model: type[Model]) -> None:
    JudgmentFactory()
    columns = Columns(model, "x")
    for (*row,) in ask(f"SELECT {columns} FROM {model._meta.db_table} x", []):
        made = columns.made(row)
        assert made is not None
        assert values_of(made) == values_of(model._default_manager.get(pk=made.pk))


def test_some_columns_are_read_and_the_others_when_somebody_looks() -> None:
    prompt = ComparisonFactory().prompt
    columns = Columns(Prompt, "p", "id", "messages")
    ((*row,),) = ask(f"SELECT {columns} FROM core_prompt p WHERE p.id = %s", [prompt.pk])
    made = columns.made(row)
    assert made is not None
    with CaptureQueriesContext(connection) as queries:
        assert made.messages == prompt.messages
        assert not queries.captured_queries
        assert made.tags == prompt.tags
    assert len(queries.captured_queries) == 1


def test_an_outer_join_without_a_row_makes_nothing() -> None:
    project = ComparisonFactory().project
    whole, none = Columns(Project, "p"), Columns(Round, "r")
    sql = f"SELECT {whole}, {none}, 7 FROM core_project p LEFT JOIN core_round r ON r.id = -1 WHERE p.id = %s"
    assert split(ask(sql, [project.pk])[0], whole, none) == [project, None, 7]


def test_a_row_is_added_as_django_adds_it_and_another_changes_beside_it() -> None:
    judgment, person = JudgmentFactory(answers={"style": "a"}, rationale='it’s "right"'), UserFactory(name="Before")
    twin = Judgment.objects.get(pk=judgment.pk)
    Judgment.objects.all().delete()
    ((twin.pk,),) = ask(*adding(twin, "UPDATE core_user SET name = %s WHERE id = %s", ["After", person.pk]))
    assert values_of(Judgment.objects.get(pk=twin.pk)) == {**values_of(judgment), "id": twin.pk}
    assert User.objects.get(pk=person.pk).name == "After"
    assert not twin._state.adding


def test_a_statement_is_planned_once_for_all_values() -> None:
    for number in range(20):
        assert ask("SELECT id FROM core_user u WHERE u.id = %s + 20000", [number]) == []
    ((planned, custom),) = ask(PLANNED, ["%core_user u WHERE u.id = $1 + 20000%"])
    assert planned == 20
    assert custom == 0


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_has_closed_is_not_used_again() -> None:
    ask("SELECT 1", [])
    assert connection.is_usable()
    ended = connection.connection.info.backend_pid
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
    assert not connection.is_usable()
    connection.close_if_unusable_or_obsolete()
    assert ask("SELECT pg_backend_pid()", []) != [(ended,)]


def test_what_is_looked_at_has_the_values_in_it(django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(1) as queries:
        ask("SELECT %s::text", ["it’s"])
    assert queries.captured_queries[0]["sql"] == "SELECT 'it’s'::text"
