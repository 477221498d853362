"""Parts of a file may come twice, late, in the wrong order or not at all: what arrives is the file."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection

from core.errors import PrefereeError
from core.models import AuditEvent, Upload
from core.uploads import places, receiving
from core.uploads.places import place_of
from core.uploads.receiving import MOST_WAITING, begin, keep_whole, take_part
from tests.factories import ProjectFactory, UploadFactory, UserFactory

DATA = bytes(range(256)) * 40
SIZE = len(DATA)


@pytest.fixture
def person(db):
    return UserFactory()


@pytest.fixture
def project(db):
    return ProjectFactory()


def begun(project, person, name="answers.jsonl", size=SIZE, mark="1"):
    return begin(project, name=name, size=size, mark=mark, by=person)


def test_parts_in_order_make_the_file(project, person):
    upload = begun(project, person)
    assert take_part(upload, 0, DATA[:4000]) == 4000
    assert take_part(upload, 4000, DATA[4000:]) == len(DATA)
    assert upload.is_whole
    assert place_of(upload.public).read_bytes() == DATA


def test_a_part_that_comes_twice_or_too_early_changes_nothing(project, person):
    upload = begun(project, person)
    assert take_part(upload, 4000, b"x" * 100) == 0
    take_part(upload, 0, DATA[:4000])
    assert take_part(upload, 0, b"x" * 4000) == 4000
    assert take_part(upload, 8000, b"x" * 100) == 4000
    assert place_of(upload.public).read_bytes() == DATA[:4000]


def test_a_part_without_bytes_says_how_much_has_arrived(project, person):
    upload = begun(project, person)
    take_part(upload, 0, DATA[:10])
    assert take_part(upload, 10, b"") == 10


def test_what_reaches_beyond_the_end_is_refused(project, person):
    upload = begun(project, person, size=10)
    with pytest.raises(PrefereeError, match="reaches beyond the end of answers"):
        take_part(upload, 5, b"x" * 6)
    assert not place_of(upload.public).exists()


def test_a_full_disk_costs_the_part_and_nothing_else(project, person, monkeypatch):
    upload = begun(project, person)
    take_part(upload, 0, DATA[:4000])

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(PrefereeError, match="The disk of the server is full, so the rest of answers"):
            take_part(upload, 4000, DATA[4000:])
    upload.refresh_from_db()
    assert upload.received == 4000
    assert take_part(upload, 4000, DATA[4000:]) == len(DATA)
    assert place_of(upload.public).read_bytes() == DATA


def test_a_beginning_that_is_gone_is_said(project, person):
    upload = begun(project, person)
    take_part(upload, 0, DATA[:4000])
    place_of(upload.public).unlink()
    with pytest.raises(PrefereeError, match="is not on this server any more"):
        take_part(upload, 4000, DATA[4000:])
    upload.refresh_from_db()
    assert upload.received == 4000


def test_nobody_else_may_read_the_bytes_and_no_name_reaches_the_disk(project, person):
    upload = begun(project, person, name="../../etc/passwd")
    take_part(upload, 0, DATA[:10])
    path = place_of(upload.public)
    assert (upload.name, path.parent.name) == ("passwd", "uploads")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_link_in_the_folder_is_not_followed(project, person, tmp_path):
    upload = begun(project, person)
    outside = tmp_path / "outside"
    outside.write_bytes(b"kept")
    place_of(upload.public).symlink_to(outside)
    with pytest.raises(PrefereeError, match="could not be written"):
        take_part(upload, 0, DATA[:10])
    assert outside.read_bytes() == b"kept"


def test_the_same_file_goes_on_and_another_of_its_name_does_not(project, person):
    upload = begun(project, person)
    take_part(upload, 0, DATA[:10])
    assert begun(project, person) == upload
    for other in (begun(project, person, mark="2"), begun(project, UserFactory()), begun(ProjectFactory(), person)):
        assert other != upload
    assert AuditEvent.objects.filter(verb="upload.begin").count() == 4


@pytest.mark.parametrize(("size", "sentence"), [(0, "is empty"), (10**18, "a file may have 18.6"), (-1, "is empty")])
def test_a_size_that_does_not_fit_is_refused(project, person, size, sentence):
    with pytest.raises(PrefereeError, match=sentence):
        begun(project, person, size=size)


def test_a_disk_without_room_is_said_before_anything_is_sent(project, person, monkeypatch):
    UploadFactory(size=900)
    monkeypatch.setattr(receiving, "free_bytes", lambda: 1000)
    with pytest.raises(PrefereeError, match=r"has 101\xa0bytes, and the disk of the server has room for 100\xa0bytes"):
        begun(project, person, size=101)
    assert begun(project, person, size=100).size == 100


def test_a_person_may_have_so_many_that_wait_and_no_more(project, person):
    for number in range(MOST_WAITING):
        begun(project, person, mark=str(number))
    with pytest.raises(PrefereeError, match="Import one or remove one"):
        begun(project, person, mark="more")
    with pytest.raises(PrefereeError, match="Import one or remove one"):
        keep_whole(project, public=uuid4(), name="a", size=1, by=person)


def test_some_space_stays_free(settings):
    places.folder()
    assert places.free_bytes() >= 0


@pytest.mark.django_db(transaction=True)
def test_the_same_part_from_two_tabs_at_once_arrives_once():
    upload = begun(ProjectFactory(), UserFactory())

    def send(byte):
        try:
            return take_part(Upload.objects.get(pk=upload.pk), 0, bytes([byte]) * 4000)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(send, range(4))) == [4000] * 4
    arrived = place_of(upload.public).read_bytes()
    assert len(arrived) == 4000
    assert len(set(arrived)) == 1
