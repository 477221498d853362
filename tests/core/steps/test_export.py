"""The step `export`: one version a run, the same for the same data, in a folder that nobody else chose."""

import json
from pathlib import Path

import pytest

from core.models import DatasetVersion, RunState
from core.runs.actions import run_here
from core.runs.starting import start_run
from tests.factories import ComparisonFactory, JudgmentFactory, ProjectFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(settings, tmp_path):
    settings.EXPORTS_FOLDER = tmp_path / "exports"
    project = ProjectFactory(slug="p")
    for _ in range(3):
        JudgmentFactory(comparison=ComparisonFactory(project=project))
    return project


def exported(project, **values):
    run = run_here(start_run(project, "export", values))
    assert (run.state, run.error) == (RunState.DONE, "")
    return run


def test_a_version_is_built_recorded_and_said(project, settings):
    run = exported(project)
    version = DatasetVersion.objects.get()
    folder = Path(version.folder)
    assert folder == settings.EXPORTS_FOLDER / "p" / "trl-dpo"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["counts"]["rows"] == 3
    assert {file["name"] for file in manifest["files"]} == {path.name for path in folder.iterdir()} - {"manifest.json"}
    assert run.stages.get().note.startswith("trl-dpo 1: rows 3")


def test_the_same_data_is_the_same_version(project):
    exported(project)
    exported(project)
    assert DatasetVersion.objects.count() == 1
    JudgmentFactory(comparison=ComparisonFactory(project=project))
    exported(project)
    assert sorted(DatasetVersion.objects.values_list("number", flat=True)) == [1, 2]


def test_a_name_leads_nowhere_else(project, settings):
    exported(project, name="../../up/.")
    assert Path(DatasetVersion.objects.get().folder) == settings.EXPORTS_FOLDER / "p" / "______up__"
    assert DatasetVersion.objects.get().dataset.name == "../../up/."


def test_a_person_at_a_shell_may_name_the_folder(project, tmp_path):
    exported(project, out=str(tmp_path / "here"), format="preferee")
    assert (tmp_path / "here" / "data.jsonl").exists()


def test_whoever_lost_the_lease_puts_nothing_in_place(project, settings, monkeypatch):
    from core.exports import service
    from core.runs.leases import LeaseLost
    from core.runs.steps import Context
    from core.steps.export import Export, ExportConfig

    def lost():
        raise LeaseLost

    with pytest.raises(LeaseLost):
        Export().load(Context(project, ExportConfig(), check=lost), [project.pk])
    assert not DatasetVersion.objects.exists()
    assert list((settings.EXPORTS_FOLDER / "p" / "trl-dpo").iterdir()) == []
    assert service.FORMATS == ("trl-dpo", "trl-sft", "preferee")
