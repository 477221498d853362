"""The page Import: a file comes in whole or in parts, and the list says what came of those before."""

from typing import Any

import pytest
from django.test import Client

from core.models import AuditEvent, Project, Run, Upload, User
from core.uploads import handler
from core.uploads.places import folder, place_of
from tests.factories import (
    MembershipFactory,
    PromptFactory,
    RecipeFactory,
    RunFactory,
    StageFactory,
    UploadFactory,
    arrived_upload,
)

ADDRESS = "/p/helpful/import"
PARTS = {"Accept": "application/json"}
GOOD = b'{"prompt": "Why?"}\n'


def file_of(data: bytes, name: str = "answers.jsonl") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, data)


def test_a_plain_form_brings_a_file_onto_the_disk(as_owner: Client, owner: User) -> None:
    sent = as_owner.post(ADDRESS, {"file": file_of(GOOD)})
    upload = Upload.objects.get()
    assert sent.headers["Location"] == f"{ADDRESS}/{upload.public}"
    assert (upload.name, upload.is_whole, upload.created_by) == ("answers.jsonl", True, owner)
    path = place_of(upload.public)
    assert path.read_bytes() == GOOD
    assert path.stat().st_mode & 0o777 == 0o600


def files() -> set[str]:
    return {path.name for path in folder().iterdir()}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [({}, "Choose a file first."), ({"file": ""}, "Choose a file first."), ({"other": "x"}, "Choose a file first.")],
)
def test_a_form_without_a_file_comes_back(as_owner: Client, data: dict[str, str], sentence: str) -> None:
    sent = as_owner.post(ADDRESS, data)
    assert sent.status_code == 422
    assert sentence in sent.content.decode()


def test_an_empty_file_comes_back_and_leaves_nothing(as_owner: Client) -> None:
    before = files()
    sent = as_owner.post(ADDRESS, {"file": file_of(b"")})
    assert sent.status_code == 422
    assert "Choose a file" in sent.content.decode()
    assert (files(), Upload.objects.count()) == (before, 0)


def test_a_file_too_long_for_a_form_is_refused_and_leaves_nothing(
    as_owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files()
    monkeypatch.setattr(handler, "LONGEST_FORM", 1000)
    sent = as_owner.post(ADDRESS, {"file": file_of(b"x" * 1001)})
    assert sent.status_code == 422
    assert "answers.jsonl has more than 1000" in sent.content.decode()
    assert files() == before


def test_a_full_disk_is_said_and_leaves_nothing(as_owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files()
    monkeypatch.setattr(handler, "free_bytes", lambda: 0)
    sent = as_owner.post(ADDRESS, {"file": file_of(GOOD)})
    assert sent.status_code == 422
    assert "no room for answers.jsonl" in sent.content.decode()
    assert files() == before


def test_the_bytes_of_somebody_who_may_not_import_never_reach_the_disk(
    as_annotator: Client, as_outsider: Client
) -> None:
    before = files()
    for client, status in ((as_annotator, 403), (as_outsider, 404), (Client(), 302)):
        assert client.post(ADDRESS, {"file": file_of(GOOD)}).status_code == status
    assert files() == before


def test_a_second_file_of_a_form_passes_by(as_owner: Client) -> None:
    before = files()
    as_owner.post(ADDRESS, {"file": [file_of(GOOD, "a.jsonl"), file_of(GOOD, "b.jsonl")], "image": file_of(GOOD)})
    assert len(files() - before) == Upload.objects.count() == 1


def test_parts_begin_with_a_row(as_owner: Client) -> None:
    about = {"name": "a.jsonl", "size": "30", "mark": "1732571"}
    sent = as_owner.post(ADDRESS, about, headers=PARTS)
    upload = Upload.objects.get()
    assert sent.status_code == 201
    assert sent.json() == {"address": f"{ADDRESS}/{upload.public}", "received": 0}
    assert as_owner.post(ADDRESS, about, headers=PARTS).json()["address"] == sent.json()["address"]
    assert Upload.objects.count() == 1


@pytest.mark.parametrize("size", ["", "-1", "0", "x", "٣", "9" * 40, str(10**17)])
def test_a_size_that_is_none_is_refused_in_a_sentence(as_owner: Client, size: str) -> None:
    sent = as_owner.post(ADDRESS, {"name": "a.jsonl", "size": size}, headers=PARTS)
    assert sent.status_code == 422
    assert sent.json()["sentence"].endswith(".")


def test_an_empty_project_is_offered_the_sample(as_owner: Client, project: Project) -> None:
    button = "Import the sample data"
    assert button in as_owner.get(ADDRESS).content.decode()
    sent = as_owner.post(f"{ADDRESS}/sample")
    assert sent.headers["Location"] == f"/p/helpful/runs/{Run.objects.get().public}"
    assert Run.objects.get().stages.get().config["sample"] is True
    PromptFactory(project=project)
    assert button not in as_owner.get(ADDRESS).content.decode()


def test_the_list_says_what_came_of_each(as_owner: Client, project: Project) -> None:
    run = RunFactory(project=project, recipe=RecipeFactory(project=project), state="done")
    report = {"lines": 1204, "refused": 3, "added": {"prompts": 1, "responses": 4, "scores": 0}}
    upload = arrived_upload(GOOD, project=project, run=run, report=report)
    UploadFactory(project=project, name="half.csv", received=500)
    UploadFactory(name="foreign.csv")
    page = as_owner.get(ADDRESS).content.decode()
    for text in ("1,204", "1 prompt, 4 responses", f"{upload.public}/refusals", "half.csv", "500"):
        assert text in page
    assert "foreign.csv" not in page


def test_older_imports_are_a_page_away(as_owner: Client, project: Project) -> None:
    run = RunFactory(project=project, recipe=RecipeFactory(project=project), state="done")
    for number in range(21):
        UploadFactory(project=project, run=run, name=f"file {number}.csv", report={"lines": 1, "refused": 0})
    page = as_owner.get(ADDRESS)
    assert "file 20.csv" in page.content.decode()
    assert "file 0.csv" not in page.content.decode()
    older = as_owner.get(f"{ADDRESS}?before={page.context['older']}").content.decode()
    assert "file 0.csv" in older
    assert as_owner.get(f"{ADDRESS}?before=nonsense").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_files(
    as_owner: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        run = RunFactory(project=project, recipe=RecipeFactory(project=project), state="done")
        StageFactory(run=run)
        UploadFactory(project=project, run=run, report={"lines": 1, "refused": 1}, created_by=MembershipFactory().user)
        UploadFactory(project=project, mark=str(number))
    with django_assert_max_num_queries(8):
        as_owner.get(ADDRESS)


def test_who_begins_is_written_down(as_owner: Client, owner: User) -> None:
    as_owner.post(ADDRESS, {"file": file_of(GOOD)})
    event = AuditEvent.objects.get(verb="upload.begin")
    assert (event.actor, event.detail) == (owner, {"file": "answers.jsonl", "bytes": len(GOOD)})
