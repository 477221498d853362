import json

import pytest

from core.models import Project
from core.projects import create_project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(load) -> Project:
    project = create_project("p")
    responses = [{"id": "a", "content": "Yes."}, {"id": "b", "content": "No."}]
    people = {"judge": "ann", "kind": "human", "responses": ["a", "b"], "preference": 1}
    machine = {"judge": "j", "kind": "ai", "responses": ["a", "b"], "preference": -1}
    contexts = [{"text": "A passage."}]
    load(
        project,
        {"prompt": "One?", "responses": responses, "judgments": [people, machine], "contexts": contexts},
        {"prompt": "Two?", "responses": responses, "judgments": [machine]},
    )
    return project


def rows(folder, split="train"):
    return [json.loads(line) for line in (folder / f"{split}.jsonl").read_text().splitlines()]


def test_it_says_how_many_rows_went_where(manage, project, tmp_path):
    out = tmp_path / "out"
    ended = manage("export_dataset", "--project", "p", "--format", "trl-dpo", "--out", out, "--test-share", "0")
    assert ended.code == 0
    assert ended.out.splitlines()[0] == "trl-dpo version 1: rows 2, train 2, test 0, dropped same text 0"
    named = {line.strip() for line in ended.out.splitlines()[1:]}
    assert named == {str(path) for path in out.iterdir()}
    assert (
        "version 1"
        in manage("export_dataset", "--project", "p", "--format", "trl-dpo", "--out", out, "--test-share", "0").out
    )


def test_options_reach_the_rows_and_the_manifest(manage, project, tmp_path):
    options = [
        "--sources",
        "people",
        "--min-margin",
        "0.5",
        "--test-share",
        "1",
        "--contexts",
        "omit",
        "--name",
        "mine",
    ]
    ended = manage("export_dataset", "--project", "p", "--format", "trl-dpo", "--out", tmp_path / "o", *options)
    assert ended.out.startswith("mine version 1: rows 1, train 0, test 1")
    assert rows(tmp_path / "o", "test")[0]["prompt"] == [{"role": "user", "content": "One?"}]
    assert json.loads((tmp_path / "o" / "manifest.json").read_text())["filters"] == {
        "sources": "people",
        "min_margin": 0.5,
        "test_share": 1.0,
        "contexts": "omit",
    }


def test_what_was_exported_can_be_ingested_and_exported_to_the_same_bytes(manage, project, tmp_path):
    manage("export_dataset", "--project", "p", "--format", "preferee", "--out", tmp_path / "one")
    assert manage("ingest", tmp_path / "one" / "data.jsonl", "--project", "again").code == 0
    manage("export_dataset", "--project", "again", "--format", "preferee", "--out", tmp_path / "two")
    assert (tmp_path / "one" / "data.jsonl").read_bytes() == (tmp_path / "two" / "data.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--project", "nowhere", "--format", "trl-dpo"], "There is no project “nowhere”"),
        (["--project", "p", "--format", "csv"], "invalid choice: 'csv'"),
        (["--project", "p", "--format", "trl-dpo", "--test-share", "1.5"], "1.5 is not between 0 and 1."),
        (["--project", "p", "--format", "trl-dpo", "--min-margin", "nan"], "nan is not between 0 and 1."),
    ],
)
def test_what_cannot_be_exported_gets_a_sentence(manage, project, tmp_path, args, sentence):
    ended = manage("export_dataset", *args, "--out", tmp_path / "out")
    assert ended.code != 0
    assert sentence in ended.err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_gets_a_sentence(manage, project, tmp_path):
    (tmp_path / "file").write_text("")
    ended = manage("export_dataset", "--project", "p", "--format", "preferee", "--out", tmp_path / "file" / "x")
    assert ended.code == 1
    assert ended.err.endswith("cannot be written: Not a directory. Choose another folder.")
