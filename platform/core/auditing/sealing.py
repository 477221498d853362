"""Seal the audit log: batches of prints, each chained to the one before.

Numbers are given out before their rows can be seen, so an event may turn up below one that is there already. Whoever
adds events holds a gate, shared, until their transaction ends (a trigger: migration 0010). Who passes it alone, for one
moment, knows that everything up to the newest event is there for good; nobody waits for the sealing itself.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from core.auditing.prints import COLUMNS, digest_of, print_of
from core.bulk import fetch
from core.models import AuditBatch

GATE = 7_245_001
SEALER = 7_245_002
EVENTS_A_BATCH = 10_000
TRIES = 50
SECONDS_BETWEEN_TRIES = 0.02

EVENTS = f"SELECT {COLUMNS} FROM core_auditevent WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest batch; number 0 where nothing is sealed yet."""

    number: int = 0
    last: int = 0
    digest: str = ""


def head() -> Head:
    row = AuditBatch.objects.order_by("-number").values_list("number", "last", "digest").first()
    return Head(*row) if row else Head()


def seal(*, size: int = EVENTS_A_BATCH, pause: Callable[[float], None] = time.sleep) -> Head:
    """Seal what can be sealed now, in batches of `size`; returns the head of the chain. Twice at once is once.

    Where events are on their way all the time, the moment without one does not come: the next call tries again.
    """
    final = _final(pause)
    if final is not None:
        while _seal_batch(final, size):
            pass
    return head()


def unsealed() -> int:
    ((count,),) = fetch("SELECT count(*) FROM core_auditevent WHERE id > %s", [head().last])
    return int(count)


def _final(pause: Callable[[float], None]) -> int | None:
    """The number of the newest event, with none on its way below it; None where that moment did not come."""
    for attempt in range(TRIES):
        if attempt:
            pause(SECONDS_BETWEEN_TRIES)
        with transaction.atomic():
            ((alone,),) = fetch("SELECT pg_try_advisory_xact_lock(%s)", [GATE])
            if alone:
                ((newest,),) = fetch("SELECT COALESCE(max(id), 0) FROM core_auditevent", [])
                return int(newest)
    return None


@transaction.atomic
def _seal_batch(final: int, size: int) -> bool:
    """One batch after the head; False where nothing is left up to `final`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALER])
    before = head()
    events = fetch(EVENTS, [before.last, final, size])
    if not events:
        return False
    ids, prints = [event[0] for event in events], b"".join(map(print_of, events))
    number, first, last = before.number + 1, before.last + 1, ids[-1]
    AuditBatch.objects.create(
        number=number,
        first=first,
        last=last,
        events=ids,
        prints=prints,
        previous=before.digest,
        digest=digest_of(before.digest, number, first, last, ids, prints),
    )
    return True
