"""A file's page: it takes parts, shows what the file would become, and starts the import."""

import gzip
import io
import json
import re
from typing import Any

import pytest
from django.test import Client, RequestFactory

from core.errors import PrefereeError
from core.models import Project, Prompt, Role, Run, Upload, User
from core.runs.actions import run_here
from core.uploads.places import place_of
from core.uploads.receiving import LONGEST_PART
from core.views.upload import _part
from tests.core.views.conftest import logged_in
from tests.factories import MembershipFactory, UploadFactory, arrived_upload

JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}
LINE = {
    "prompt": "Why?",
    "responses": [{"id": "x", "content": "So.", "model": "m-1"}, {"id": "y", "content": "", "person": "Ada"}],
    "judgments": [{"judge": "Ben", "kind": "human", "responses": ["x", "y"], "preference": -1}],
}
CSV = b"q,ours,theirs,verdict\n" + b"Why?,So.,Hm.,first\n" * 3


def address(upload: Upload) -> str:
    return f"/p/helpful/import/{upload.public}"


def put(client: Client, upload: Upload, offset: Any, data: bytes) -> Any:
    headers = {**JSON, "X-Offset": str(offset)}
    return client.put(address(upload), data, content_type="application/octet-stream", headers=headers)


@pytest.fixture
def half(project: Project, owner: User) -> Upload:
    return UploadFactory(project=project, created_by=owner, size=10)


def page_of(client: Client, upload: Upload, **sent: str) -> str:
    answer = client.get(address(upload), sent)
    assert answer.status_code == 200
    return answer.content.decode()


def test_parts_arrive_and_each_answer_says_how_much_has(as_owner: Client, half: Upload) -> None:
    assert put(as_owner, half, 0, b"12345").json() == {"received": 5}
    assert put(as_owner, half, 0, b"xxxxx").json() == {"received": 5}
    assert as_owner.get(address(half), headers=JSON).json() == {"received": 5, "size": 10}
    assert "Choose the same file again to go on" in page_of(as_owner, half)
    assert put(as_owner, half, 5, b"67890").json() == {"received": 10}
    assert place_of(half.public).read_bytes() == b"1234567890"


@pytest.mark.parametrize("offset", ["", "-1", "x", "٣", "9" * 40, "6"])
def test_an_offset_that_does_not_fit_is_refused_in_a_sentence(as_owner: Client, half: Upload, offset: str) -> None:
    answer = put(as_owner, half, offset, b"12345")
    assert answer.status_code == 409
    assert answer.json()["sentence"].endswith(".")


def test_a_part_too_long_is_refused_before_it_is_read(as_owner: Client, project: Project, owner: User) -> None:
    upload = UploadFactory(project=project, created_by=owner, size=10**9)
    answer = put(as_owner, upload, 0, b"x" * (LONGEST_PART + 1))
    assert (answer.status_code, answer.json()["sentence"][:10]) == (409, "A part may")
    assert not place_of(upload.public).exists()


def test_a_part_that_broke_off_is_not_kept() -> None:
    request = RequestFactory().put("/", b"12345", headers={"X-Offset": "0"})
    request._stream = io.BytesIO(b"123")
    with pytest.raises(PrefereeError, match="broke off on its way"):
        _part(request)


def test_nobody_sends_into_the_file_of_another(half: Upload, project: Project) -> None:
    other = logged_in(MembershipFactory(project=project, role=Role.MANAGER).user)
    answer = put(other, half, 0, b"12345")
    assert (answer.status_code, "is sending this file" in answer.json()["sentence"]) == (409, True)


def test_a_part_needs_the_token_of_the_form(owner: User, half: Upload) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert put(client, half, 0, b"12345").status_code == 403


def test_who_was_logged_out_hears_it_and_is_not_led_away(half: Upload) -> None:
    answer = Client().put(address(half), b"1", headers={"X-Offset": "0", **HTMX})
    assert answer.status_code == 401


def test_what_would_go_in_is_shown_as_it_would_be(as_owner: Client, project: Project) -> None:
    data = (json.dumps(LINE) + "\n").encode() * 7 + b'{"prompt": 3}\n'
    page = page_of(as_owner, arrived_upload(data, project=project))
    for text in (
        "JSON lines: Preferee&#x27;s own format.",
        "All were looked at:",
        "m-1",
        "(empty)",
        "Ben (a person): 2 better than 1",
        "prompt: expected text or a list, got a whole number.",
        "8 lines",
    ):
        assert text in page, text
    assert page.count("Ben (a person)") == 5
    assert "Say what the columns are" not in page


def test_columns_are_said_in_the_form_and_shown_at_once(as_owner: Client, project: Project) -> None:
    upload = arrived_upload(CSV, project=project, name="a.csv")
    page = page_of(as_owner, upload)
    assert "no layout that is known" in page
    assert "None of the lines looked at would go in." in page
    chosen = {"column-0": "prompt", "column-1": "response_1", "column-2": "response_2", "column-3": "preference"}
    page = page_of(as_owner, upload, **chosen)
    assert "mapped (a person): 1 better than 2" in page
    part = as_owner.get(address(upload), {**chosen, "kind": "ai"}, headers=HTMX).content.decode()
    assert "mapped (a model): 1 better than 2" in part
    assert "<h1" not in part


def test_the_import_takes_what_was_chosen(as_owner: Client, project: Project) -> None:
    upload = arrived_upload(CSV, project=project, name="a.csv")
    chosen = {"column-0": "prompt", "column-1": "chosen", "column-2": "rejected", "column-3": "metadata"}
    sent = as_owner.post(address(upload), {**chosen, "kind": "gold", "scale": "2", "strict": "on"})
    run = Run.objects.get()
    assert sent.headers["Location"] == f"/p/helpful/runs/{run.public}"
    mapping = {"prompt": "q", "chosen": "ours", "rejected": "theirs", "metadata.verdict": "verdict"}
    assert run.stages.get().config["map"] == {**mapping, "kind": "gold", "scale": "2"}
    run_here(run)
    assert Prompt.objects.get().metadata == {"verdict": "first"}
    page = as_owner.get(f"/p/helpful/runs/{run.public}").content.decode()
    assert f"{address(upload)}/refusals" in page
    assert "Its bytes are not kept" in page_of(as_owner, upload)


def test_two_columns_cannot_be_the_same(as_owner: Client, project: Project) -> None:
    upload = arrived_upload(CSV, project=project, name="a.csv")
    sent = as_owner.post(address(upload), {"column-0": "prompt", "column-1": "prompt"})
    assert sent.status_code == 422
    assert "q and ours are both “Prompt”. Choose another for one of them." in sent.content.decode()
    assert not Run.objects.exists()


@pytest.mark.parametrize("value", ["nowhere", "metadata.x", "__class__", "kind"])
def test_a_target_that_the_form_does_not_have_is_no_target(as_owner: Client, project: Project, value: str) -> None:
    upload = arrived_upload(CSV, project=project, name="a.csv")
    assert as_owner.post(address(upload), {"column-0": value}).status_code == 422
    assert not Run.objects.exists()


def test_without_javascript_the_form_shows_what_comes_of_it(as_owner: Client, project: Project) -> None:
    upload = arrived_upload(CSV, project=project, name="a.csv")
    sent = as_owner.post(address(upload), {"column-0": "prompt", "look": "1"})
    assert (sent.status_code, Run.objects.count()) == (200, 0)
    assert "3</span> would go in" in sent.content.decode()


def test_a_file_is_imported_once(as_owner: Client, project: Project) -> None:
    upload = arrived_upload(b'{"prompt": "Why?"}\n', project=project)
    assert as_owner.post(address(upload)).status_code == 302
    again = as_owner.post(address(upload))
    assert again.status_code == 409
    assert Run.objects.count() == 1


def test_a_file_that_is_half_there_is_not_imported(as_owner: Client, half: Upload) -> None:
    answer = as_owner.post(address(half))
    assert (answer.status_code, Run.objects.count()) == (409, 0)


def test_a_long_file_is_estimated_from_its_beginning(as_owner: Client, project: Project) -> None:
    line = b'{"prompt": "Why %06d?", "metadata": {"x": "%s"}}\n'
    data = b"".join(line % (n, b"y" * 900) for n in range(20_000))
    for name, packed in (("a.jsonl", data), ("a.jsonl.gz", gzip.compress(data, compresslevel=1))):
        page = page_of(as_owner, arrived_upload(packed, project=project, name=name))
        assert "The first" in page
        found = re.search(r"About ([\d,]+)", page)
        assert found
        assert int(found[1].replace(",", "")) == pytest.approx(20_000, rel=0.1)


def test_bytes_that_are_gone_are_said(as_owner: Client, project: Project) -> None:
    upload = arrived_upload(b"x\n", project=project)
    place_of(upload.public).unlink()
    assert "are not on this server any more" in page_of(as_owner, upload)
    assert as_owner.post(address(upload)).status_code == 409


def test_it_can_be_removed(as_owner: Client, project: Project) -> None:
    upload = arrived_upload(b"x\n", project=project)
    assert as_owner.post(f"{address(upload)}/remove").headers["Location"] == "/p/helpful/import"
    assert not Upload.objects.exists()


def test_refused_lines_come_a_page_at_a_time_and_can_be_downloaded(as_owner: Client, project: Project) -> None:
    upload = arrived_upload(b'{"prompt": "Why?"}\n' + b"{\n" * 120, project=project)
    run_here_of(as_owner, upload)
    page = as_owner.get(f"{address(upload)}/refusals")
    assert "120</span> of" in page.content.decode()
    assert [row.number for row in page.context["rows"]] == list(range(2, 52))
    more = as_owner.get(f"{address(upload)}/refusals?from={page.context['after']}")
    assert [row.number for row in more.context["rows"]] == list(range(52, 102))
    for odd in ("x", "-1", "3", "9" * 15, "9" * 40):
        assert as_owner.get(f"{address(upload)}/refusals?from={odd}").status_code == 200
    file = as_owner.get(f"{address(upload)}/rejects")
    assert len(list(file.streaming_content)) > 0
    assert file.headers["Content-Disposition"] == f'attachment; filename="{upload.public}.rejects.jsonl"'


def run_here_of(client: Client, upload: Upload) -> None:
    assert client.post(address(upload)).status_code == 302
    run_here(Run.objects.get())


def test_a_download_is_written_down(as_owner: Client, owner: User, project: Project) -> None:
    from core.models import AuditEvent

    upload = arrived_upload(b'{"prompt": "Why?"}\n{\n', project=project)
    run_here_of(as_owner, upload)
    as_owner.get(f"{address(upload)}/rejects")
    event = AuditEvent.objects.get(verb="import.rejects")
    assert (event.actor, event.target) == (owner, str(upload.public))


def test_nothing_refused_is_said_and_there_is_no_file(as_owner: Client, project: Project) -> None:
    upload = arrived_upload(b'{"prompt": "Why?"}\n', project=project)
    assert "nothing is known yet" in as_owner.get(f"{address(upload)}/refusals").content.decode()
    run_here_of(as_owner, upload)
    assert "No line was refused." in as_owner.get(f"{address(upload)}/refusals").content.decode()
    assert as_owner.get(f"{address(upload)}/rejects").status_code == 404
