"""What becomes of a file that has arrived: a run imports it, or somebody removes it, or nobody does for a week."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import Conflict
from core.models import Run, RunState, Upload, User
from core.runs.starting import begin_run, record_run
from core.uploads.places import folder, place_of

KEPT = timedelta(days=7)  # a file that nobody imports, or whose import came to nothing
UNKNOWN_KEPT = timedelta(days=1)  # a file without a row, which may only just come


def import_upload(upload: Upload, mapping: Mapping[str, str], *, strict: bool, by: User) -> Run:
    """The run that imports it. Raises Conflict where it has one that goes or is done, or where its bytes are gone."""
    values = {"upload": str(upload.public), "map": dict(mapping), "strict": strict}
    with transaction.atomic():
        row = Upload.objects.select_for_update(of=("self",)).select_related("run", "project").get(pk=upload.pk)
        refuse_import(row)
        run = record_run(row.project, "import", {name: value for name, value in values.items() if value}, by=by)
        row.run, row.mapping, row.report = run, dict(mapping), {}
        row.save(update_fields=["run", "mapping", "report"])
    begin_run(run)
    return run


def refuse_import(upload: Upload) -> None:
    if not upload.is_whole:
        raise Conflict(f"{upload.name} has not arrived whole yet. Go on sending it first.")
    if upload.run and not (upload.run.is_over and upload.run.state != RunState.DONE):
        raise Conflict(f"{upload.name} is imported already. Its run says what came of it.")
    if not place_of(upload.public).is_file():
        raise Conflict(f"The bytes of {upload.name} are not on this server any more. Send the file again.")


@transaction.atomic
def remove_upload(upload: Upload, *, by: User) -> None:
    """Stop sending, or throw away what has arrived. Raises Conflict once a run has it."""
    if not Upload.objects.filter(pk=upload.pk, run=None).delete()[0]:
        raise Conflict(f"{upload.name} belongs to an import, so it stays in the list.")
    audit.record("upload.remove", project=upload.project, actor=by, target=str(upload.public), file=upload.name)
    transaction.on_commit(lambda: place_of(upload.public).unlink(missing_ok=True))


def sweep_uploads() -> int:
    """Forget what nobody imported for a week, and remove bytes that nobody needs; how many files went.

    Each machine looks through its own folder: the bytes lie where they were received.
    """
    forgotten = list(Upload.objects.filter(run=None, created__lt=timezone.now() - KEPT).select_related("project"))
    for upload in forgotten:
        _forget(upload)
    files = {public: path for path in folder().iterdir() if (public := _public(path)) is not None}
    columns = ("public", "run__state", "run__finished")
    rows = {public: rest for public, *rest in Upload.objects.filter(public__in=files).values_list(*columns)}
    gone = [path for public, path in files.items() if not _is_needed(path, rows.get(public))]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(forgotten) + len(gone)


@transaction.atomic
def _forget(upload: Upload) -> None:
    if Upload.objects.filter(pk=upload.pk, run=None).delete()[0]:
        audit.record("upload.expire", project=upload.project, actor=None, target=str(upload.public), file=upload.name)
        transaction.on_commit(lambda: place_of(upload.public).unlink(missing_ok=True))


def _public(path: Path) -> UUID | None:
    try:
        return UUID(path.name)
    except ValueError:
        return None


def _is_needed(path: Path, row: list[str | datetime | None] | None) -> bool:
    now = timezone.now()
    if row is None:
        return path.exists() and path.stat().st_mtime > (now - UNKNOWN_KEPT).timestamp()
    state, finished = row
    if isinstance(finished, datetime) and state in (RunState.FAILED, RunState.CANCELLED):
        return finished > now - KEPT
    return state != RunState.DONE
