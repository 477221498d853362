"""Take a file in, whole or in parts that may come twice, late or in the wrong order."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from core import audit
from core.errors import PrefereeError
from core.importing.limits import MIB
from core.models import Project, Upload, User
from core.uploads.names import shown_name
from core.uploads.places import free_bytes, write_part

PART_BYTES = 4 * MIB  # what the browser sends at once
LONGEST_PART = 8 * MIB
MOST_WAITING = 10  # files of a person that are not imported yet


@transaction.atomic
def begin(project: Project, *, name: str, size: int, mark: str, by: User) -> Upload:
    """The row that parts are sent to: the one that was begun for this file, where there is one.

    `mark` tells a file from another one of the same name and size. Raises PrefereeError where the file is empty or too
    long, the disk has no room for it, or too many wait already.
    """
    name, mark = shown_name(name), mark[:40]
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    waiting = Upload.objects.filter(created_by=by, run=None)
    begun = waiting.filter(project=project, name=name, size=size, mark=mark, received__lt=F("size")).first()
    if begun is not None:
        return begun
    refuse_size(name, size)
    if waiting.count() >= MOST_WAITING:
        raise PrefereeError(
            f"{MOST_WAITING} files of yours are sent but not imported, here or in other projects. "
            "Import one or remove one, then send this one again."
        )
    upload = Upload.objects.create(project=project, name=name, size=size, mark=mark, created_by=by)
    audit.record("upload.begin", project=project, actor=by, target=str(upload.public), file=name, bytes=size)
    return upload


def refuse_size(name: str, size: int) -> None:
    if size <= 0:
        raise PrefereeError(f"{name} is empty. Choose a file that holds lines.")
    if size > settings.UPLOAD_LIMIT:
        raise PrefereeError(
            f"{name} has {filesizeformat(size)}; a file may have {filesizeformat(settings.UPLOAD_LIMIT)}. "
            "Pack it with gzip, split it, or import it on the server: manage.py ingest FILE."
        )
    free = max(0, free_bytes() - _promised())
    if size > free:
        raise PrefereeError(
            f"{name} has {filesizeformat(size)}, and the disk of the server has room for {filesizeformat(free)}. "
            "Ask whoever runs the server for space, and send it again."
        )


def _promised() -> int:
    """Bytes that are still to come of what was begun lately."""
    lately = Upload.objects.filter(run=None, created__gt=timezone.now() - timedelta(days=1))
    return lately.aggregate(bytes=Sum(F("size") - F("received")))["bytes"] or 0


def take_part(upload: Upload, offset: int, data: bytes) -> int:
    """Bytes that have arrived, with this part where it was the next one. A part that came before changes nothing."""
    if not 0 <= offset <= offset + len(data) <= upload.size:
        raise PrefereeError(f"This part reaches beyond the end of {upload.name}. Choose the file again.")
    with transaction.atomic():
        # Its row is locked from here on: who comes at the same time sees the new count, and a full disk undoes it.
        claimed = Upload.objects.filter(pk=upload.pk, received=offset, run=None)
        if data and claimed.update(received=F("received") + len(data)):
            write_part(upload, offset, data)
    upload.refresh_from_db(fields=["received"])
    return upload.received


@transaction.atomic
def keep_whole(project: Project, *, public: UUID, name: str, size: int, by: User) -> Upload:
    """The row of a file that a plain form brought, whose bytes lie under this id already."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    if Upload.objects.filter(created_by=by, run=None).count() >= MOST_WAITING:
        raise PrefereeError(f"{MOST_WAITING} files of yours are sent but not imported. Import one or remove one first.")
    upload = Upload.objects.create(
        public=public, project=project, name=shown_name(name), size=size, received=size, created_by=by
    )
    audit.record("upload.begin", project=project, actor=by, target=str(public), file=upload.name, bytes=size)
    return upload
