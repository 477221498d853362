"""Which answers become rows for supervised fine-tuning, and what stands in a row."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from core.errors import PrefereeError
from core.exports.conversations import Options
from core.exports.service import export_dataset
from core.models import DatasetVersion, Project, Response, Score
from core.projects import create_project
from core.removals import ask as ask_removal
from core.runs.actions import run_here

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(load) -> Project:
    """Two prompts with three answers each, of which the second is the best."""
    project = create_project("p")
    answers = [{"id": f"r{n}", "content": f"Answer {n}.", "model": "tiny@1"} for n in (1, 2, 3)]
    load(
        project,
        {"prompt": "Why?", "system": "Be brief.", "contexts": [{"title": "", "text": "Read."}], "responses": answers},
        {"prompt": "Who?", "responses": answers},
    )
    mark(best="Answer 2.")
    return project


def mark(best: str, scorer: str = "best-of@1") -> None:
    """As the step `best_of` does."""
    for response in Response.objects.all():
        is_best = response.content == best
        parts = {"by": "quality@1", "score": 0.9 if is_best else 0.1, "place": 1 if is_best else 2, "of": 3}
        Score.objects.create(response=response, scorer=scorer, value=float(is_best), parts=parts)


def exported(project: Project, folder: Path, **options: Any) -> tuple[DatasetVersion, list[dict[str, Any]]]:
    version = export_dataset(
        project, "trl-sft", folder, Options(**{"best_of": "best-of@1", "test_share": 0, **options})
    )
    lines = (folder / "train.jsonl").read_text().splitlines()
    return version, sorted((json.loads(each) for each in lines), key=lambda row: str(row["prompt"]))


def test_the_best_answer_to_each_prompt_is_a_row(project, tmp_path):
    version, rows = exported(project, tmp_path)
    assert [row["prompt"] for row in rows] == [
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Read.\n\nWhy?"}],
        [{"role": "user", "content": "Who?"}],
    ]
    assert {row["completion"][0]["content"] for row in rows} == {"Answer 2."}
    assert version.manifest["counts"] == {"rows": 2, "train": 2, "test": 0}
    assert version.manifest["filters"] == {"best_of": "best-of@1", "test_share": 0, "contexts": "prepend"}


def test_a_row_says_who_wrote_it_and_who_chose_it(project, tmp_path):
    lineage = json.loads(exported(project, tmp_path)[1][0]["lineage"])
    assert lineage["best_of"] == {"scorer": "best-of@1", "by": "quality@1", "score": 0.9, "place": 1, "of": 3}
    assert lineage["chosen"]["model"] == "tiny@1"
    assert {len(lineage["prompt"]), len(lineage["chosen"]["response"])} == {32}


def test_what_was_withdrawn_since_is_no_choice_and_the_next_best_none_either(project, tmp_path):
    gone = Response.objects.get(content="Answer 2.", prompt__messages__0__content="Who?")
    Response.objects.filter(pk=gone.pk).update(withdrawn=timezone.now())
    assert [row["prompt"][-1]["content"] for row in exported(project, tmp_path)[1]] == ["Read.\n\nWhy?"]


def test_another_choice_is_another_version_and_the_same_data_the_same(project, tmp_path):
    mark(best="Answer 3.", scorer="best-of@2")
    first, _ = exported(project, tmp_path / "1")
    again, _ = exported(project, tmp_path / "2")
    other, rows = exported(project, tmp_path / "3", best_of="best-of@2")
    assert (first.number, again.number, other.number) == (1, 1, 2)
    assert {row["completion"][0]["content"] for row in rows} == {"Answer 3."}


def test_a_choice_that_nobody_made_is_a_sentence(project, tmp_path):
    with pytest.raises(PrefereeError, match=r"score by “none”.*Scorers here: best-of@1"):
        exported(project, tmp_path, best_of="none")


def test_erasing_an_answer_takes_the_files_of_the_version_that_holds_it(project, tmp_path):
    version, _ = exported(project, tmp_path)
    unchosen = Response.objects.filter(content="Answer 1.").first()
    run_here(ask_removal(project, "response", "erase", [unchosen.pk]).run)
    version.refresh_from_db()
    assert version.unrebuildable is None
    run_here(ask_removal(project, "response", "erase", [Response.objects.filter(content="Answer 2.").first().pk]).run)
    version.refresh_from_db()
    assert version.unrebuildable
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]
