"""A file that has arrived is imported by a run, removed by a person, or forgotten after a week."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Conflict, PrefereeError
from core.models import AuditEvent, Prompt, Run, RunState, Upload
from core.runs.actions import run_again, run_here
from core.runs.starting import start_run
from core.uploads.ending import KEPT, import_upload, remove_upload, sweep_uploads
from core.uploads.places import folder, place_of
from core.uploads.reports import rejects_file, rejects_from, report_of
from tests.factories import ProjectFactory, UploadFactory, UserFactory, arrived_upload

GOOD = b'{"prompt": "Why?"}\n'


@pytest.fixture
def person(db):
    return UserFactory()


def imported(upload, person, mapping=None, *, strict=False):
    run = run_here(import_upload(upload, mapping or {}, strict=strict, by=person))
    upload.refresh_from_db()
    return run


def old(upload):
    Upload.objects.filter(pk=upload.pk).update(created=timezone.now() - KEPT - timedelta(hours=1))


def test_a_run_imports_it_under_its_name_and_keeps_what_came_of_it(person):
    upload = arrived_upload(GOOD + b"{\n", name="Field answers.jsonl")
    run = imported(upload, person)
    assert (run.state, upload.run, Prompt.objects.count()) == (RunState.DONE, run, 1)
    note = run.stages.get().note
    assert note.startswith("Field answers.jsonl: 2 lines. Added 1 prompt. 1 refused, the first line 2: The line is not")
    report = report_of(upload)
    assert (report["file"], report["lines"], report["refused"]) == ("Field answers.jsonl", 2, 1)
    ((row,), after) = rejects_from(rejects_file(upload), 0, 10)
    assert (row.number, row.raw, after) == (2, "{", None)
    assert AuditEvent.objects.get(verb="import").target == "Field answers.jsonl"


def test_the_name_decides_between_csv_and_lines_and_the_mapping_says_what_columns_are(person):
    upload = arrived_upload(b"question,a\n{Why?},b\n", name="x.csv")
    imported(upload, person, {"prompt": "question", "response": "a"})
    assert Prompt.objects.get().responses.get().content == "b"
    assert upload.mapping == {"prompt": "question", "response": "a"}


def test_refused_lines_of_a_strict_import_can_be_read_though_nothing_went_in(person):
    upload = arrived_upload(GOOD + b"{\n")
    run = imported(upload, person, strict=True)
    assert (run.state, Prompt.objects.count()) == (RunState.FAILED, 0)
    assert report_of(upload)["refused"] == 1
    assert [row.number for row in rejects_from(rejects_file(upload), 0, 10)[0]] == [2]


def test_what_came_to_nothing_can_be_imported_again_and_what_is_in_cannot(person):
    upload = arrived_upload(GOOD + b"{\n")
    imported(upload, person, strict=True)
    assert imported(upload, person).state == RunState.DONE
    with pytest.raises(Conflict, match="is imported already"):
        import_upload(upload, {}, strict=False, by=person)


def test_rejects_of_an_attempt_before_are_not_taken_for_those_of_this_one(person):
    upload = arrived_upload(GOOD + b"{\n")
    imported(upload, person, strict=True)
    place_of(upload.public).write_bytes(GOOD)
    imported(upload, person)
    assert rejects_from(rejects_file(upload), 0, 10) == ([], None)


def test_a_file_that_has_not_arrived_whole_is_not_imported(person):
    with pytest.raises(Conflict, match="has not arrived whole yet"):
        import_upload(UploadFactory(received=10), {}, strict=False, by=person)
    assert not Run.objects.exists()


def test_a_file_of_another_project_cannot_be_imported_into_this_one(person):
    upload = arrived_upload(GOOD)
    run = run_here(start_run(ProjectFactory(), "import", {"upload": str(upload.public)}))
    assert run.state == RunState.FAILED
    assert "The file is not there whole any more." in run.stages.get().failures.get().error
    assert not Prompt.objects.exists()


def test_a_worker_without_the_bytes_says_so(person):
    upload = arrived_upload(GOOD)
    run = import_upload(upload, {}, strict=False, by=person)
    place_of(upload.public).unlink()
    error = run_here(run).stages.get().failures.get().error
    assert error.startswith("The bytes of answers.jsonl are not on the machine of this worker")


def test_the_same_run_again_after_its_bytes_are_gone_says_so(person):
    upload = arrived_upload(GOOD)
    run = imported(upload, person)
    sweep_uploads()
    again = run_here(run_again(run, by=person))
    assert "Send the file again" in again.stages.get().failures.get().error


def test_who_removes_it_removes_its_bytes(person, django_capture_on_commit_callbacks):
    upload = arrived_upload(GOOD)
    with django_capture_on_commit_callbacks(execute=True):
        remove_upload(upload, by=person)
    assert not Upload.objects.exists()
    assert not place_of(upload.public).exists()
    assert AuditEvent.objects.get(verb="upload.remove").detail == {"file": "answers.jsonl"}


def test_what_a_run_has_cannot_be_removed(person):
    upload = arrived_upload(GOOD)
    import_upload(upload, {}, strict=False, by=person)
    with pytest.raises(PrefereeError, match="belongs to an import"):
        remove_upload(upload, by=person)
    assert place_of(upload.public).exists()


def test_the_sweep_takes_bytes_that_nobody_needs_and_no_others(person, django_capture_on_commit_callbacks):
    for path in folder().iterdir():
        path.unlink()
    done, failed, going = (arrived_upload(GOOD, name=f"{name}.jsonl") for name in ("done", "failed", "going"))
    imported(done, person)
    place_of(failed.public).write_bytes(b"{\n")
    imported(failed, person, strict=True)
    import_upload(going, {}, strict=False, by=person)
    waiting, forgotten = arrived_upload(GOOD), arrived_upload(GOOD)
    old(forgotten)
    stray, coming = folder() / str(UploadFactory.build().public), folder() / str(UploadFactory.build().public)
    for path in (stray, coming):
        path.write_bytes(GOOD)
    yesterday = (timezone.now() - timedelta(days=2)).timestamp()
    os.utime(stray, (yesterday, yesterday))
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_uploads() == 3
    left = {str(each.public) for each in (failed, going, waiting)} | {coming.name}
    assert {path.name for path in folder().iterdir()} == left
    assert Upload.objects.filter(pk=forgotten.pk).count() == 0
    assert Upload.objects.filter(pk=done.pk).count() == 1


def test_a_failed_import_keeps_its_bytes_for_a_week(person):
    upload = arrived_upload(b"{\n")
    run = imported(upload, person, strict=True)
    Run.objects.filter(pk=run.pk).update(finished=timezone.now() - KEPT - timedelta(hours=1))
    sweep_uploads()
    assert not place_of(upload.public).exists()
