"""A file in a plain form, which goes straight onto the disk."""

import os
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from core.errors import PrefereeError
from core.ids import uuid7
from core.uploads.names import shown_name
from core.uploads.places import disk_error, free_bytes, place_of

LONGEST_FORM = 500 * 10**6  # a connection that breaks costs all of it, so that larger files come in parts


class OntoDisk(FileUploadHandler):
    """Keeps the first file of the form under `public` where `wanted`, and lets all others pass by.

    `problem` says why there is none.
    """

    def __init__(self, request: HttpRequest, *, wanted: bool) -> None:
        super().__init__(request)
        self.public = uuid7()
        self.problem = ""
        self._wanted = wanted
        self._kept: BinaryIO | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if not self._wanted or self.field_name != "file" or self._kept is not None:
            raise SkipFile
        try:
            self._kept = os.fdopen(os.open(place_of(self.public), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        except OSError as error:
            self._give_up(str(disk_error(self._name, error)))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._kept is not None
        if start + len(raw_data) > LONGEST_FORM:
            self._give_up(
                f"{self._name} has more than {filesizeformat(LONGEST_FORM)}. With JavaScript it comes in parts; "
                "without it, pack the file with gzip or split it."
            )
        if len(raw_data) > free_bytes():
            self._give_up(f"The disk of the server has no room for {self._name}. Ask whoever runs it for space.")
        try:
            self._kept.write(raw_data)
        except OSError as error:
            self._give_up(str(disk_error(self._name, error)))

    def file_complete(self, file_size: int) -> "UploadedFile[Any]":
        assert self._kept is not None
        self._kept.flush()
        os.fsync(self._kept.fileno())
        self._kept.close()
        return UploadedFile(name=self._name, size=file_size)

    def upload_interrupted(self) -> None:
        """Django says this too where another file of the form was let pass by."""
        if self._kept is not None and not self._kept.closed:
            self.discard()

    def discard(self) -> None:
        if self._kept is not None:
            self._kept.close()
            place_of(self.public).unlink(missing_ok=True)

    @property
    def _name(self) -> str:
        return shown_name(self.file_name or "")

    def _give_up(self, problem: str) -> None:
        self.problem = problem
        self.discard()
        raise SkipFile

    def checked(self) -> None:
        """Raises PrefereeError where a file came and was not kept."""
        if self.problem:
            raise PrefereeError(self.problem)
