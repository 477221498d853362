"""A version of a dataset: files, manifest and row, whole or not at all."""

import errno
import json
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection

from config.version import code_version
from core.errors import PrefereeError
from core.exports import service, trl_dpo
from core.exports.conversations import Options
from core.exports.files import Folder
from core.exports.service import export_dataset
from core.models import AuditEvent, Dataset, DatasetVersion, Project
from core.projects import create_project

pytestmark = pytest.mark.django_db(transaction=True)


def line(number: int, preference: int = 1, texts: tuple[str, str] = ("Yes.", "No.")) -> dict[str, Any]:
    responses = [{"id": f"r{at}", "content": text} for at, text in enumerate(texts)]
    said = {"judge": "ann", "kind": "human", "responses": ["r0", "r1"], "preference": preference}
    return {"prompt": f"Number {number}?", "responses": responses, "judgments": [said]}


@pytest.fixture
def project(load) -> Project:
    project = create_project("p")
    load(project, *(line(number) for number in range(30)), line(30, 0), line(31, 1, ("Same.", " Same. ")))
    return project


def everything(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.iterdir()}


def test_the_manifest_tells_the_truth_about_the_files(project, tmp_path):
    version = export_dataset(project, "trl-dpo", tmp_path, Options(test_share=0.3))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert {each["name"] for each in manifest["files"]} | {"manifest.json"} == set(everything(tmp_path))
    for each in manifest["files"]:
        data = (tmp_path / each["name"]).read_bytes()
        assert (each["bytes"], each["sha256"]) == (len(data), sha256(data).hexdigest())
        rows = (
            len(data.splitlines())
            if each["name"].endswith("jsonl")
            else pq.read_metadata(tmp_path / each["name"]).num_rows
        )
        assert each["rows"] == rows == manifest["counts"][each["name"].partition(".")[0]]
    counts = manifest["counts"]
    assert counts["rows"] == 30 == counts["train"] + counts["test"]
    assert counts["test"] > 0
    assert counts["dropped_same_text"] == 1
    assert manifest["filters"] == {
        "sources": "people_first",
        "min_margin": 0.0,
        "test_share": 0.3,
        "contexts": "prepend",
    }
    assert (manifest["preferee"], manifest["project"], manifest["format"]) == (code_version(), "p", "trl-dpo")
    assert (manifest["version"], version.number) == (1, 1)
    assert version.manifest == {name: value for name, value in manifest.items() if name != "version"}


def test_jsonl_and_parquet_hold_the_same_rows(project, tmp_path):
    export_dataset(project, "trl-dpo", tmp_path, Options(test_share=0.3))
    for split in ("train", "test"):
        lines = (tmp_path / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
        table = pq.read_table(tmp_path / f"{split}.parquet")
        assert [json.loads(each) for each in lines] == table.to_pylist()
        assert table.column_names == ["prompt", "chosen", "rejected", "lineage"]


def test_the_same_export_twice_is_the_same_bytes_and_the_same_version(project, tmp_path):
    one = export_dataset(project, "trl-dpo", tmp_path / "one")
    again = export_dataset(project, "trl-dpo", tmp_path / "two")
    assert everything(tmp_path / "one") == everything(tmp_path / "two")
    assert one.pk == again.pk
    assert DatasetVersion.objects.get().folder == str(tmp_path / "two")
    assert AuditEvent.objects.filter(verb="dataset.export").count() == 2


def test_other_data_or_another_filter_is_the_next_version(project, load, tmp_path):
    export_dataset(project, "trl-dpo", tmp_path)
    load(project, line(99))
    second = export_dataset(project, "trl-dpo", tmp_path)
    third = export_dataset(project, "trl-dpo", tmp_path, Options(test_share=0))
    other = export_dataset(project, "trl-dpo", tmp_path, name="judged")
    assert [each.number for each in (second, third, other)] == [2, 3, 1]
    assert set(Dataset.objects.values_list("name", flat=True)) == {"trl-dpo", "judged"}
    assert third.specification["test_share"] == 0


def test_the_interchange_format_is_one_file_with_everything(project, tmp_path, exported):
    version = export_dataset(project, "preferee", tmp_path)
    assert (tmp_path / "data.jsonl").read_bytes() == exported(project)
    assert version.manifest["counts"] == {"rows": 32}
    assert version.manifest["filters"] == {}


def test_an_empty_project_gives_empty_files(tmp_path):
    version = export_dataset(create_project("empty"), "trl-dpo", tmp_path)
    assert version.manifest["counts"]["rows"] == 0
    assert pq.read_table(tmp_path / "test.parquet").num_rows == 0


def fails_after(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The second batch of rows never comes."""
    original = trl_dpo.rows

    def rows(*args: Any) -> Any:
        yield next(original(*args))
        raise error

    monkeypatch.setattr(trl_dpo, "ROWS_A_BATCH", 5)
    monkeypatch.setattr(trl_dpo, "rows", rows)


@pytest.mark.parametrize(
    ("error", "expected"),
    [(OSError(errno.ENOSPC, "full"), PrefereeError), (RuntimeError("bug"), RuntimeError)],
)
def test_a_failure_in_the_middle_leaves_what_was_there(project, tmp_path, monkeypatch, load, error, expected):
    export_dataset(project, "trl-dpo", tmp_path)
    before = everything(tmp_path)
    load(project, line(99))
    fails_after(monkeypatch, error)
    with pytest.raises(expected):
        export_dataset(project, "trl-dpo", tmp_path)
    assert everything(tmp_path) == before
    assert DatasetVersion.objects.count() == 1


def test_a_version_that_cannot_be_recorded_leaves_what_was_there(project, tmp_path, monkeypatch, load):
    export_dataset(project, "trl-dpo", tmp_path)
    before = everything(tmp_path)
    load(project, line(99))
    monkeypatch.setattr(service.audit, "record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export_dataset(project, "trl-dpo", tmp_path)
    assert everything(tmp_path) == before
    assert DatasetVersion.objects.count() == 1


def test_files_that_cannot_get_their_names_leave_no_version(project, tmp_path, monkeypatch):
    def refuses(self: Folder) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Folder, "finish", refuses)
    with pytest.raises(PrefereeError, match=r"cannot be written: Permission denied"):
        export_dataset(project, "trl-dpo", tmp_path)
    assert everything(tmp_path) == {}
    assert not DatasetVersion.objects.exists()


def test_an_export_reads_one_moment(project, tmp_path, monkeypatch):
    """What is judged while the files are written is in the next version, wholly."""
    original, calls = trl_dpo.rows, []

    def rows(*args: Any) -> Any:
        for batch in original(*args):
            if not calls:
                calls.append(1)
                thread = threading.Thread(target=elsewhere)
                thread.start()
                thread.join()
            yield batch

    def elsewhere() -> None:
        from core.models import Label

        Label.objects.update(ranks=None, undecided=True, probability=None, margin=None)
        connection.close()

    monkeypatch.setattr(trl_dpo, "ROWS_A_BATCH", 5)
    monkeypatch.setattr(trl_dpo, "rows", rows)
    assert export_dataset(project, "trl-dpo", tmp_path).manifest["counts"]["rows"] == 30


def test_progress_reaches_the_number_of_rows(project, tmp_path):
    seen: list[int] = []
    export_dataset(project, "trl-dpo", tmp_path, reach=seen.append)
    assert seen[-1] == 30
