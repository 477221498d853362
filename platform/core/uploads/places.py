"""Where the bytes of uploads lie: in PREFEREE_HOME, each under its own id. No name from outside reaches the disk."""

import errno
import os
import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings

from core.errors import PrefereeError
from core.models import Upload

SPARE = 256 * 2**20  # what stays free for everything else
FULL = (errno.ENOSPC, errno.EDQUOT)


def folder() -> Path:
    place: Path = settings.HOME / "uploads"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def place_of(public: UUID) -> Path:
    return folder() / str(public)


def free_bytes() -> int:
    return max(0, shutil.disk_usage(folder()).free - SPARE)


def write_part(upload: Upload, offset: int, data: bytes) -> None:
    """Put the bytes at their place and onto the disk. Raises PrefereeError where that has no room for them."""
    # Only the first part makes the file: a later one on another machine would leave a hole before it.
    creating = os.O_CREAT if offset == 0 else 0
    try:
        descriptor = os.open(place_of(upload.public), os.O_WRONLY | os.O_NOFOLLOW | creating, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            if os.fstat(file.fileno()).st_size < offset:
                raise FileNotFoundError(errno.ENOENT, "its beginning is gone")
            file.seek(offset)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError as error:
        raise PrefereeError(
            f"The beginning of {upload.name} is not on this server any more. Remove it from the list and send it again."
        ) from error
    except OSError as error:
        raise disk_error(upload.name, error) from error


def disk_error(name: str, error: OSError) -> PrefereeError:
    """What a person can do about it."""
    if error.errno in FULL:
        return PrefereeError(
            f"The disk of the server is full, so the rest of {name} has no room. What has arrived is kept: "
            "go on with the same file when space is free."
        )
    return PrefereeError(f"{name} could not be written on the server: {error.strerror}. Tell whoever runs it.")
