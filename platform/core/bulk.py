"""Rows in sets: numbers for new rows, COPY in, and reads that never hold a whole table."""

import gc
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection


def new_ids(table: str, count: int) -> list[int]:
    """That many fresh ids of the table, ascending."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return sorted(pk for (pk,) in cursor.fetchall())


def new_publics(count: int, *, timed: bool) -> list[str]:
    """That many fresh public UUIDs in hexadecimal: version 7 where the time of creation may show, else version 4.

    One draw of randomness serves them all: a system call for each costs more than the rest of its row.
    """
    drawn = os.urandom(16 * count).hex()
    stamp = f"{time.time_ns() // 1_000_000:012x}"
    return [
        f"{stamp}7{drawn[at : at + 3]}8{drawn[at + 3 : at + 18]}"
        if timed
        else f"{drawn[at : at + 12]}4{drawn[at + 12 : at + 15]}8{drawn[at + 15 : at + 30]}"
        for at in range(0, 32 * count, 32)
    ]


def array(values: Iterable[int]) -> str:
    """Numbers as PostgreSQL's text of an array: many times quicker than adapting a list."""
    return "{" + ",".join(map(str, values)) + "}"


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


@contextmanager
def collector_paused() -> Iterator[None]:
    """Rows hold no cycles; looking for some among those of a batch, again and again, costs more than making them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
