"""What cleans up behind a test that commits: quick, for there are hundreds, and most have left a handful of rows."""

from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

# They hold what migrating put there, which no test changes; Django would empty them and write all of it again.
KEPT = {"django_content_type", "auth_permission", "django_migrations"}
# From so many rows in a table on, it is quicker to make all the files anew than to delete row by row.
MANY = 2_000


def empty_instead_of_truncating() -> None:
    """Django truncates every table, which makes some hundred files anew however little was written."""
    TransactionTestCase._fixture_teardown = _emptied  # type: ignore[method-assign]


def _emptied(case: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever still writes is waited for, as a truncation would, so that nothing comes after the look.
        cursor.execute(f"LOCK TABLE {', '.join(_tables())} IN SHARE ROW EXCLUSIVE MODE")
        if written := _written(cursor):
            _empty(cursor, written)


@cache
def _tables() -> tuple[str, ...]:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    return tuple(connection.ops.quote_name(table) for table in sorted(tables))


def _written(cursor: CursorWrapper) -> dict[str, int]:
    """The tables that hold rows, and how many as far as it matters."""
    counts = (f"SELECT '{table}', count(*) FROM (SELECT FROM {table} LIMIT {MANY}) few" for table in _tables())
    cursor.execute(f"SELECT * FROM ({' UNION ALL '.join(counts)}) counted (name, rows) WHERE rows > 0")
    return dict(cursor.fetchall())


def _empty(cursor: CursorWrapper, written: dict[str, int]) -> None:
    """Facts refuse to be changed while their triggers are on."""
    many = any(rows >= MANY for rows in written.values())
    refusing = _tables() if many else written
    wanted = [f"TRUNCATE {', '.join(_tables())}"] if many else [f"DELETE FROM {table}" for table in written]
    off, on = ([f"ALTER TABLE {table} {way} TRIGGER USER" for table in refusing] for way in ("DISABLE", "ENABLE"))
    cursor.execute("; ".join([*off, *wanted, "SET CONSTRAINTS ALL IMMEDIATE", *on]))
