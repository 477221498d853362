import gzip
import io
import json
import sys
from typing import Any

import pytest

from core.models import (
    AuditEvent,
    Candidate,
    Comparison,
    Judge,
    Judgment,
    Membership,
    Project,
    Prompt,
    QuestionSet,
    Response,
    Round,
    Score,
)

pytestmark = pytest.mark.django_db
ROWS = (Prompt, Response, Score, Comparison, Candidate, Judge, Judgment)
TABLES = (*ROWS, AuditEvent, Membership, Project, QuestionSet, Round)


def line(number: int, preference: int = 1, **fields: Any) -> dict[str, Any]:
    responses = [{"id": "a", "content": "Yes."}, {"id": "b", "content": "No."}]
    said = {"judge": "ann", "kind": "human", "responses": ["a", "b"], "preference": preference}
    return {"prompt": f"Number {number}?", "responses": responses, "judgments": [said], **fields}


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in TABLES}


def test_a_file_goes_into_a_project_that_is_created_and_says_so(manage, file_of, home):
    path = file_of(line(1), line(2))
    ended = manage("ingest", path, "--project", "new")
    assert ended.code == 0
    assert "There was no project “new”: it was created." in ended.err
    assert f"{path} (interchange): 2 lines. Added 2 prompts, 4 responses, 2 comparisons, 2 judgments." in ended.out
    assert "refused" not in ended.out
    (report,) = (home / "imports" / "new").iterdir()
    assert json.loads(report.read_text())["added"]["judgments"] == 2
    assert AuditEvent.objects.get(verb="import").detail["added"]["prompts"] == 2


def test_the_second_time_it_adds_nothing_new_and_needs_no_new_project(manage, file_of):
    path = file_of(line(1))
    manage("ingest", path, "--project", "p")
    before = {**counts(), "AuditEvent": 0}
    ended = manage("ingest", path, "--project", "p")
    assert (ended.code, ended.err) == (0, "")
    assert "Added nothing new." in ended.out
    assert {**counts(), "AuditEvent": 0} == before


def test_refused_lines_are_named_and_kept_beside_the_report_and_the_code_is_3(manage, file_of, home):
    ended = manage("ingest", file_of(line(1), b"{oops", line(2), {"prompt": ""}), "--project", "p")
    assert ended.code == 3
    assert "line 2 refused: The line is not JSON" in ended.out
    assert "line 4 refused: prompt: is empty." in ended.out
    (rejects,) = (home / "imports" / "p").glob("*.rejects.jsonl")
    assert [json.loads(row)["line"] for row in rejects.read_text().splitlines()] == [2, 4]
    assert json.loads(rejects.read_text().splitlines()[0])["raw"] == "{oops"
    assert Prompt.objects.count() == 2


def test_many_refused_lines_are_counted_and_the_first_ten_shown(manage, file_of):
    ended = manage("ingest", file_of(line(1), *[b"{"] * 14), "--project", "p")
    assert ended.out.count(" refused: ") == 10
    assert "  and 4 more lines refused" in ended.out


def test_strict_takes_all_or_nothing_and_says_so(manage, file_of):
    bad, good = file_of(line(1), b"{", name="bad.jsonl"), file_of(line(2), name="good.jsonl")
    ended = manage("ingest", bad, good, "--project", "p", "--strict")
    assert ended.code == 1
    assert ended.err.endswith("Nothing went in from the files with refused lines, because of --strict.")
    assert [prompt.messages[0]["content"] for prompt in Prompt.objects.all()] == ["Number 2?"]
    assert manage("ingest", good, "--project", "p", "--strict").code == 0


@pytest.mark.parametrize("there", [True, False])
def test_a_dry_run_writes_no_row_and_no_file(manage, file_of, home, there):
    path = file_of(line(1), b"{", line(2, scores=[{"scorer": "s", "response": "a", "value": 1}]))
    if there:
        manage("ingest", file_of(line(1), name="first.jsonl"), "--project", "p")
    before, files = counts(), sorted(home.rglob("*"))
    ended = manage("ingest", path, "--project", "p", "--dry-run")
    assert (counts(), sorted(home.rglob("*"))) == (before, files)
    assert ended.code == 3
    assert f"3 lines. Would add {'1 prompt,' if there else '2 prompts,'}" in ended.out
    assert "report:" not in ended.out
    assert ended.err == ("" if there else "There was no project “p”: it would be created.\n")


def test_notes_are_told_with_the_line(manage, file_of):
    manage("ingest", file_of(line(1), name="a.jsonl"), "--project", "p")
    ended = manage("ingest", file_of(line(2), line(1, -1), name="b.jsonl"), "--project", "p")
    assert "  1 note, the first on line 2: ann's judgment number 1 of this comparison" in ended.out
    assert ended.code == 0


def test_json_is_the_reports_and_nothing_else(manage, file_of):
    ended = manage("ingest", file_of(line(1), b"{"), file_of(line(2), name="b.jsonl"), "--project", "p", "--json")
    assert [(report["lines"], report["refused"]) for report in ended.json] == [(2, 1), (1, 0)]
    assert ended.code == 3


def test_gzip_and_standard_input_are_read(manage, tmp_path, monkeypatch, home):
    packed = tmp_path / "rows.jsonl.gz"
    packed.write_bytes(gzip.compress(json.dumps(line(1)).encode()))
    assert manage("ingest", packed, "--project", "p").code == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(line(2)).encode())))
    assert manage("ingest", "-", "--project", "p").code == 0
    assert Prompt.objects.count() == 2
    assert any("stdin" in path.name for path in (home / "imports" / "p").iterdir())


def test_columns_can_be_mapped(manage, tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text("question,yes,no\nWhich?,Good.,Bad.\n")
    mapping = ["--map", "prompt=question", "--map", "chosen=yes", "--map", "rejected=no"]
    ended = manage("ingest", table, "--project", "p", *mapping)
    assert (ended.code, Judgment.objects.count()) == (0, 1), ended


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["missing.jsonl"], "missing.jsonl cannot be read: No such file or directory."),
        (["."], ". cannot be read"),
        (["rows.jsonl", "--map", "colour=red"], "colour"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(manage, file_of, tmp_path, monkeypatch, args, sentence):
    file_of(line(1))
    monkeypatch.chdir(tmp_path)
    ended = manage("ingest", *args, "--project", "p")
    assert ended.code == 1
    assert sentence in ended.err
    assert not Prompt.objects.exists()


def test_a_mapping_that_does_not_parse_is_refused_with_an_example(manage, file_of):
    ended = manage("ingest", file_of(line(1)), "--project", "p", "--map", "prompt")
    assert "“prompt” is not TARGET=COLUMN, for example prompt=question." in ended.err


def test_a_name_that_cannot_be_a_project_is_refused_before_anything_is_written(manage, file_of, home):
    ended = manage("ingest", file_of(line(1)), "--project", "../../elsewhere")
    assert (ended.code, home.exists()) == (1, False)
    assert "cannot name a project" in ended.err
    assert not Project.objects.exists()
