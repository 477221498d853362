"""Import readings into a project: in batches, each a transaction, or all in one."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import IntegrityError, connection, transaction

from core.importing.judging import Judges
from core.importing.loading import Load, Loaded, start_tally
from core.importing.reading import Good, Reading, Refused
from core.importing.rows import Batch
from core.models import Project

LINES_A_BATCH = 10_000
BYTES_A_BATCH = 32 * 2**20


@dataclass(slots=True)
class Imported:
    """The outcome for one file."""

    layout: str = ""
    lines: int = 0
    refused: int = 0
    loaded: Loaded = field(default_factory=Loaded)


class _AllOrNothing(Exception):
    """Rolls a strict import back."""


Progress = Callable[[Imported, int], None]


def ingest(
    project: Project,
    reading: Reading,
    *,
    strict: bool = False,
    refuse: Callable[[Refused], None] = lambda refused: None,
    progress: Progress = lambda imported, size: None,
) -> Imported:
    """Load what the reading yields and hand every refused line to `refuse`.

    Strict: one refused line and nothing goes in. Otherwise each batch stands for itself, so that a crash costs at most
    one batch, which the next import of the file adds. In a transaction of the caller's, everything is one.
    """
    imported = Imported()
    with contextlib.suppress(_AllOrNothing), transaction.atomic() if strict else contextlib.nullcontext():
        start_tally()
        judges = Judges(project)
        for batch in _batches(reading, imported, refuse):
            imported.loaded.add(_load(batch, project, judges))
            progress(imported, reading.bytes_read)
        if strict and imported.refused:
            raise _AllOrNothing
    imported.layout = reading.layout or ""
    if strict and imported.refused:
        imported.loaded = Loaded()
    return imported


def _batches(reading: Reading, imported: Imported, refuse: Callable[[Refused], None]) -> Iterator[Batch]:
    batch = Batch()
    for item in reading:
        imported.lines += 1
        if isinstance(item, Good):
            batch.add(item.number, item.line)
            if batch.lines >= LINES_A_BATCH or batch.size >= BYTES_A_BATCH:
                yield batch
                batch = Batch()
        else:
            imported.refused += 1
            refuse(item)
    if batch.lines:
        yield batch


def _load(batch: Batch, project: Project, judges: Judges) -> Loaded:
    """Once more where somebody else added the same rows in between."""
    try:
        return _load_once(batch, project, judges)
    except IntegrityError:
        judges.forget()
        return _load_once(batch, project, judges)


@transaction.atomic
def _load_once(batch: Batch, project: Project, judges: Judges) -> Loaded:
    loaded = Load(batch, project, judges).run()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return loaded
