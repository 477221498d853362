"""Walk the chain of seals and name what does not fit. One batch is held at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.auditing.prints import COLUMNS, PRINT_BYTES, digest_of, print_of
from core.bulk import fetch, stream
from core.models import AuditBatch

BATCHES = """
SELECT number, first, last, events, prints, previous, digest FROM core_auditbatch WHERE number > %s
 ORDER BY number LIMIT 1
"""
EVENTS = f"SELECT {COLUMNS} FROM core_auditevent WHERE id BETWEEN %s AND %s ORDER BY id"
SMALLEST = -(2**63)
# What the manifests of exported versions say about the head at their time.
NAMED = """
SELECT d.name || ' ' || v.number, (v.manifest #>> '{audit,batch}')::int, v.manifest #>> '{audit,digest}'
  FROM core_datasetversion v JOIN core_dataset d ON d.id = v.dataset_id
 WHERE (v.manifest #>> '{audit,batch}')::int > 0 ORDER BY v.id
"""


@dataclass(frozen=True, slots=True)
class Batch:
    number: int
    first: int
    last: int
    ids: list[int]
    prints: bytes
    previous: str
    digest: str

    @property
    def is_whole(self) -> bool:
        fits = len(self.prints) == PRINT_BYTES * len(self.ids)
        return fits and self.digest == digest_of(
            self.previous, self.number, self.first, self.last, self.ids, self.prints
        )

    @property
    def print_by_id(self) -> Mapping[int, bytes]:
        at = range(0, len(self.prints), PRINT_BYTES)
        return dict(zip(self.ids, (self.prints[start : start + PRINT_BYTES] for start in at), strict=True))


def verify(head: str = "") -> Iterator[str]:
    """A sentence for everything that is wrong; none where the log is as it was sealed.

    `head` is a digest that somebody kept outside, as from an export's manifest: it has to be in the chain.
    """
    before = Batch(0, 0, 0, [], b"", "", "")
    while batch := _next(before):
        yield from _missing_between(before, batch)
        if batch.is_whole:
            yield from _unlike(batch, before)
        else:
            yield f"Batch {batch.number} was changed, so that events {batch.first} to {batch.last} cannot be checked."
        before = batch
    if head and not AuditBatch.objects.filter(digest=head).exists():
        yield f"The head {head} is not in the chain: batches were removed, or made anew."
    yield from _manifests()


def _next(before: Batch) -> Batch | None:
    rows = fetch(BATCHES, [before.number])
    if not rows:
        return None
    number, first, last, ids, prints, previous, digest = rows[0]
    return Batch(number, first, last, ids, bytes(prints), previous, digest)


def _missing_between(before: Batch, batch: Batch) -> Iterator[str]:
    if batch.number != before.number + 1:
        gone = before.number + 1
        yield (
            f"Batch {gone} is missing."
            if batch.number - gone == 1
            else (f"Batches {gone} to {batch.number - 1} are missing.")
        )
    elif (batch.previous, batch.first) != (before.digest, before.last + 1):
        yield f"Batch {batch.number} does not follow from the one before."


def _unlike(batch: Batch, before: Batch) -> Iterator[str]:
    """Events that are not as they were sealed; what lies before the first batch of all belongs to it."""
    sealed = dict(batch.print_by_id)
    first = batch.first if before.number else SMALLEST
    for event in stream(EVENTS, [first, batch.last]):
        known = sealed.pop(event[0], None)
        if known is None:
            yield f"Event {event[0]} was added after batch {batch.number} was sealed."
        elif known != print_of(event):
            yield f"Event {event[0]} was changed."
    for gone in sealed:
        yield f"Event {gone} is missing."


def _manifests() -> Iterator[str]:
    for version, number, digest in fetch(NAMED, []):
        if not AuditBatch.objects.filter(number=number, digest=digest).exists():
            yield f"The head that the manifest of {version} names, batch {number}, is not in the chain."
