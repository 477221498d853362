from pathlib import Path

import pytest
from django.test import Client

from core.models import AuditEvent, DatasetVersion, Project, User
from tests.factories import DatasetFactory, DatasetVersionFactory


@pytest.fixture
def version(project: Project, tmp_path: Path) -> DatasetVersion:
    (tmp_path / "train.jsonl").write_bytes(b"{}\n")
    (tmp_path / "secret.txt").write_text("not in the manifest")
    return DatasetVersionFactory(dataset=DatasetFactory(project=project, name="train"), folder=str(tmp_path))


def address(version: DatasetVersion, name: str = "train.jsonl", slug: str = "helpful") -> str:
    return f"/p/{slug}/datasets/{version.public}/{name}"


def test_a_file_comes_as_it_was_written(as_owner: Client, owner: User, version: DatasetVersion) -> None:
    response = as_owner.get(address(version))
    assert response.getvalue() == b"{}\n"
    assert response["Content-Disposition"] == 'attachment; filename="train.jsonl"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_download_is_recorded(as_owner: Client, owner: User, version: DatasetVersion) -> None:
    as_owner.get(address(version)).getvalue()
    event = AuditEvent.objects.get(verb="dataset.download")
    assert (event.actor, event.target, event.detail) == (owner, str(version.public), {"file": "train.jsonl"})


@pytest.mark.parametrize("name", ["secret.txt", "..", "%2e%2e", "..%2fsecret.txt", "train.jsonl%00", "TRAIN.jsonl"])
def test_only_what_the_manifest_names_is_given_out(as_owner: Client, version: DatasetVersion, name: str) -> None:
    assert as_owner.get(address(version, name)).status_code == 404


def test_a_manifest_cannot_lead_out_of_its_folder(as_owner: Client, project: Project, tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "outside.txt").write_text("secret")
    (tmp_path / "inside" / "link.txt").symlink_to(tmp_path / "outside.txt")
    manifest = {"files": [{"name": "link.txt", "bytes": 6, "sha256": "", "rows": None}]}
    version = DatasetVersionFactory(
        dataset=DatasetFactory(project=project), folder=str(tmp_path / "inside"), manifest=manifest
    )
    assert as_owner.get(address(version, "link.txt")).status_code == 409


def test_a_file_that_is_gone_is_said_so(as_owner: Client, version: DatasetVersion, tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").unlink()
    response = as_owner.get(address(version))
    assert response.status_code == 409
    assert "is no longer where it was written. Export the dataset again." in response.content.decode()
    assert not AuditEvent.objects.filter(verb="dataset.download").exists()


def test_a_version_of_another_project_is_not_found_here(as_owner: Client, tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_bytes(b"{}\n")
    other = DatasetVersionFactory(folder=str(tmp_path))
    assert as_owner.get(address(other)).status_code == 404
    assert as_owner.get(address(other, slug=other.dataset.project.slug)).status_code == 404
