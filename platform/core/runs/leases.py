"""Claim, keep and finish a shard. The database's clock is the only one that counts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, connections

BEATS_A_LEASE = 4

# Only of a run that goes on: a pause or a cancel is noticed at the next claim.
CLAIM = """
UPDATE core_shard SET state = 'leased', token = token + 1, attempts = attempts + 1,
       deaths = deaths + (state = 'leased')::int,
       lease_until = clock_timestamp() + %(lease)s * interval '1 second'
 WHERE id = (SELECT s.id FROM core_shard s JOIN core_stage g ON g.id = s.stage_id JOIN core_run r ON r.id = g.run_id
              WHERE s.stage_id = %(stage)s AND g.state = 'running' AND r.state = 'running'
                AND (s.state = 'queued' AND (s.not_before IS NULL OR s.not_before <= clock_timestamp())
                     OR s.state = 'leased' AND s.lease_until < clock_timestamp())
              ORDER BY s.number LIMIT 1 FOR UPDATE OF s SKIP LOCKED)
RETURNING id, token, inputs, attempts, deaths
"""
BEAT = """
UPDATE core_shard SET lease_until = clock_timestamp() + %s * interval '1 second'
 WHERE id = %s AND token = %s AND state = 'leased'
"""
FINISH = "UPDATE core_shard SET state = 'done', lease_until = NULL WHERE id = %s AND token = %s AND state = 'leased'"
RELEASE = """
UPDATE core_shard SET state = 'queued', lease_until = NULL,
       not_before = clock_timestamp() + %s * interval '1 second'
 WHERE id = %s AND token = %s AND state = 'leased'
"""


class LeaseLost(Exception):
    """Somebody else has the shard now: write nothing."""


@dataclass(frozen=True, slots=True)
class Lease:
    shard: int
    token: int
    inputs: list[int]
    attempts: int
    deaths: int


def claim(stage_id: int) -> Lease | None:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"stage": stage_id, "lease": settings.LEASE_SECONDS})
        row = cursor.fetchone()
    return Lease(*row) if row else None


def finish(lease: Lease) -> None:
    """Belongs in the transaction that saves the outputs. Raises LeaseLost, which must roll that back."""
    _hold(FINISH, [lease.shard, lease.token])


def release(lease: Lease, *, after: float) -> None:
    """Give the shard back, to be tried again after that many seconds."""
    _hold(RELEASE, [after, lease.shard, lease.token])


@contextmanager
def kept(lease: Lease) -> Iterator[threading.Event]:
    """Extends the lease while the block works; the event is set when it was lost all the same."""
    over, lost = threading.Event(), threading.Event()

    def beat() -> None:
        try:
            while not over.wait(settings.LEASE_SECONDS / BEATS_A_LEASE):
                with connection.cursor() as cursor:
                    cursor.execute(BEAT, [settings.LEASE_SECONDS, lease.shard, lease.token])
                    if cursor.rowcount == 0:
                        lost.set()
                        return
        finally:
            connections.close_all()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        over.set()
        thread.join()


def _hold(sql: str, values: list[float]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        if cursor.rowcount == 0:
            raise LeaseLost
