"""Rows in sets: numbers for new rows, COPY in, and reads that never hold a whole table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection


def new_ids(table: str, count: int) -> list[int]:
    """That many fresh ids of the table, ascending."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return sorted(pk for (pk,) in cursor.fetchall())


def copy_rows(target: str, rows: Iterable[Sequence[object]]) -> int:
    """COPY the rows into `table (columns)`; returns how many they were."""
    count = 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for count, row in enumerate(rows, start=1):  # noqa: B007
            copy.write_row(row)
    return count


Values = Sequence[Any] | Mapping[str, Any]


def fetch(sql: str, values: Values) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def stream(sql: str, values: Values, *, size: int = 2_000) -> Iterator[tuple[Any, ...]]:
    """The rows through a server-side cursor, `size` at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(size):
            yield from rows


def lock_project(project_id: int) -> None:
    """Until the transaction ends, nobody else adds prompts, responses or comparisons in sets to this project."""
    fetch("SELECT pg_advisory_xact_lock(hashtext('preferee load'), %s)", [project_id])
