"""Claim, keep and finish a shard. The database's clock is the only one that counts."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections, transaction

from core.bulk import array

BEATS_A_LEASE = 4
SECONDS_BETWEEN_SHARES = 1.0

# What may be claimed: a shard `s` that waits, or whose holder died.
CLAIMABLE = """
(s.state = 'queued' AND (s.not_before IS NULL OR s.not_before <= clock_timestamp())
 OR s.state = 'leased' AND s.lease_until < clock_timestamp())
"""
# Only of a run that goes on: a pause or a cancel is noticed at the next claim.
CLAIM = f"""
UPDATE core_shard SET state = 'leased', token = token + 1, attempts = attempts + 1, progress = 0,
       deaths = deaths + (state = 'leased')::int,
       lease_until = clock_timestamp() + %(lease)s * interval '1 second'
 WHERE id = (SELECT s.id FROM core_shard s JOIN core_stage g ON g.id = s.stage_id JOIN core_run r ON r.id = g.run_id
              WHERE s.stage_id = %(stage)s AND g.state = 'running' AND r.state = 'running' AND {CLAIMABLE}
              ORDER BY s.number LIMIT 1 FOR UPDATE OF s SKIP LOCKED)
RETURNING id, token, inputs, attempts, deaths
"""
BEAT = """
UPDATE core_shard SET lease_until = clock_timestamp() + %s * interval '1 second', progress = %s
 WHERE id = %s AND token = %s AND state = 'leased'
"""
FINISH = """
UPDATE core_shard SET state = 'done', lease_until = NULL, progress = 0, done = %s, failed = %s,
       finished = clock_timestamp() {inputs}
 WHERE id = %s AND token = %s AND state = 'leased'
"""
WITH_OUTPUTS = ", inputs = %s::bigint[]"
RELEASE = """
UPDATE core_shard SET state = 'queued', lease_until = NULL, progress = 0,
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


def finish(lease: Lease, done: Sequence[int], failed: int = 0) -> None:
    """Belongs at the end of the transaction that saves the outputs of `done`, which stay as the shard's inputs.

    Raises LeaseLost, which must roll that back.
    """
    if len(done) == len(lease.inputs):  # an array that does not change is not written again
        _hold(FINISH.format(inputs=""), [len(done), failed, lease.shard, lease.token])
    else:
        _hold(FINISH.format(inputs=WITH_OUTPUTS), [len(done), failed, array(done), lease.shard, lease.token])


def release(lease: Lease, *, after: float) -> None:
    """Give the shard back, to be tried again after that many seconds."""
    _hold(RELEASE, [after, lease.shard, lease.token])


class Kept:
    """A lease that is extended while somebody works under it, and tells how far they are."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.share = 0.0
        self.lost = threading.Event()
        self._over = threading.Event()

    def reach(self, share: float) -> None:
        self.share = min(1.0, max(0.0, share))

    def check(self) -> None:
        """Raises LeaseLost where somebody else has the shard."""
        if self.lost.is_set():
            raise LeaseLost

    def end(self) -> None:
        self._over.set()

    def run(self) -> None:
        pause = settings.LEASE_SECONDS / BEATS_A_LEASE
        said, beaten = 0.0, time.monotonic()
        try:
            while not self._over.wait(min(pause, SECONDS_BETWEEN_SHARES)):
                if self.share == said and time.monotonic() < beaten + pause:
                    continue
                said, beaten = self.share, time.monotonic()
                if not self._extended(said):
                    self.lost.set()
                    return
        finally:
            connections.close_all()

    def _extended(self, share: float) -> bool:
        try:
            return self._beat(share)
        except (OperationalError, InterfaceError):  # the next beat has a new connection
            connection.close()
            return True

    def _beat(self, share: float) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(BEAT, [settings.LEASE_SECONDS, share, self.lease.shard, self.lease.token])
            return bool(cursor.rowcount)


@contextmanager
def kept(lease: Lease) -> Iterator[Kept]:
    """Extends the lease while the block works."""
    keeper = Kept(lease)
    thread = threading.Thread(target=keeper.run, daemon=True)
    thread.start()
    try:
        yield keeper
    finally:
        keeper.end()
        thread.join()


@contextmanager
def writing() -> Iterator[None]:
    """A transaction that outlives no lease: a worker that freezes in it must not keep its rows from its heir."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = {1_000 * settings.LEASE_SECONDS:.0f}")
        yield


def _hold(sql: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        if cursor.rowcount == 0:
            raise LeaseLost
