import json

from core.importing.loaded import Loaded
from core.importing.reading import Refused
from core.importing.report import SHOWN, Rejects, report_of
from core.importing.service import Imported


def test_refused_lines_are_written_as_they_come_and_the_first_are_kept_to_show(tmp_path):
    rejects = Rejects(tmp_path / "r.jsonl")
    refused = [Refused(number, "It is bad, “é”.", f"{{{number}") for number in range(1, SHOWN + 4)]
    for each in refused:
        rejects(each)
    assert rejects.close() == tmp_path / "r.jsonl"
    rows = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows == [{"line": each.number, "reason": each.reason, "raw": each.raw} for each in refused]
    assert rejects.first == refused[:SHOWN]


def test_without_a_refused_line_there_is_no_file(tmp_path):
    assert Rejects(tmp_path / "r.jsonl").close() is None
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_writes_no_rejects():
    rejects = Rejects(None)
    rejects(Refused(1, "Bad.", "{"))
    assert rejects.close() is None
    assert len(rejects.first) == 1


def test_the_report_says_what_was_added_refused_and_noted(tmp_path):
    loaded = Loaded(prompts=1, responses=2, comparisons=1, judgments=3, scores=4, noted=1, notes=[(7, "Odd.")])
    report = report_of("rows.jsonl", Imported("interchange", 9, 2, loaded), tmp_path / "r.jsonl")
    assert json.loads(json.dumps(report)) == {
        "file": "rows.jsonl",
        "layout": "interchange",
        "lines": 9,
        "refused": 2,
        "rejects": str(tmp_path / "r.jsonl"),
        "added": {"prompts": 1, "responses": 2, "comparisons": 1, "judgments": 3, "scores": 4},
        "members": [],
        "noted": 1,
        "notes": [{"line": 7, "note": "Odd."}],
    }
    assert report_of("rows.jsonl", Imported(), None)["rejects"] is None
