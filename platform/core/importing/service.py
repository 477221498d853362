"""Import readings into a project: in batches, each a transaction, or all in one."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import IntegrityError, connection, transaction

from core.bulk import collector_paused
from core.importing.ahead import Ahead
from core.importing.judging import Judges
from core.importing.loaded import Loaded
from core.importing.loading import Load
from core.importing.loading_judgments import start_tally
from core.importing.reading import Good, Reading, Refused
from core.importing.rows import Batch
from core.models import Project

LINES_A_BATCH = 10_000
BYTES_A_BATCH = 16 * 2**20  # two batches are held: one is read while the one before it is checked


@dataclass(slots=True)
class Imported:
    """The outcome for one file."""

    layout: str = ""
    lines: int = 0
    refused: int = 0
    loaded: Loaded = field(default_factory=Loaded)
    members: list[str] = field(default_factory=list)  # who judged elsewhere, by the address of their account


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
    transaction_of_all = transaction.atomic() if strict else contextlib.nullcontext()
    portions = Ahead(_portions(reading, refuse))
    with contextlib.suppress(_AllOrNothing), collector_paused(), transaction_of_all, portions:
        start_tally()
        judges = Judges(project)
        statistics = _Statistics()
        while portion := portions.next():
            imported.lines += portion.lines
            imported.refused += portion.refused
            judges.by_address = reading.names_accounts
            if portion.batch.lines:
                imported.loaded.add(_load(portion.batch, project, judges, portions.begin))
                statistics.renew(imported.loaded.judgments)
            progress(imported, portion.bytes_read)
        if strict and imported.refused:
            raise _AllOrNothing
    imported.layout, imported.members = reading.layout or "", judges.members
    if strict and imported.refused:
        imported.loaded, imported.members = Loaded(), []
    return imported


class _Statistics:
    """Plans made for tables as they were would loop over what an import adds: renewed each time it has doubled them."""

    def __init__(self) -> None:
        self.judgments = 0

    def renew(self, judgments: int) -> None:
        """`judgments` is how many this import has added so far."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'core_judgment'::regclass")
            if judgments - self.judgments > cursor.fetchone()[0]:
                cursor.execute("ANALYZE (SKIP_LOCKED) core_comparison, core_judgment")
                self.judgments = judgments


@dataclass(slots=True)
class _Portion:
    """A batch, and how much of the file was read for it."""

    batch: Batch = field(default_factory=Batch)
    lines: int = 0
    refused: int = 0
    bytes_read: int = 0


def _portions(reading: Reading, refuse: Callable[[Refused], None]) -> Iterator[_Portion]:
    portion = _Portion()
    for item in reading:
        portion.lines += 1
        portion.bytes_read = reading.bytes_read
        if isinstance(item, Good):
            batch = portion.batch
            batch.add(item.number, item.line)
            if batch.lines >= LINES_A_BATCH or batch.size >= BYTES_A_BATCH:
                yield portion
                portion = _Portion()
        else:
            portion.refused += 1
            refuse(item)
    if portion.lines:
        yield portion


def _load(batch: Batch, project: Project, judges: Judges, waiting: Callable[[], None]) -> Loaded:
    """Once more where somebody else added the same rows in between. Calls `waiting` before the longest wait."""
    try:
        return _load_once(batch, project, judges, waiting)
    except IntegrityError:
        judges.forget()
        return _load_once(batch, project, judges, waiting)


@transaction.atomic
def _load_once(batch: Batch, project: Project, judges: Judges, waiting: Callable[[], None]) -> Loaded:
    loaded = Load(batch, project, judges).run()
    waiting()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return loaded
