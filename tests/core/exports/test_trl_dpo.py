"""Which labels become rows, and what stands in a row."""

import json
from typing import Any

import pytest

from core.exports import trl_dpo
from core.exports.conversations import Options
from core.exports.trl_dpo import Row, rows
from core.labels.service import refresh_project
from core.models import Project
from core.projects import create_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return create_project("p")


def line(*judgments: dict[str, Any], texts: tuple[str, ...] = ("Good.", "Bad."), **fields: Any) -> dict[str, Any]:
    responses = [{"id": f"r{at}", "content": text, "model": f"m{at}"} for at, text in enumerate(texts)]
    return {"prompt": "Which?", "responses": responses, "judgments": list(judgments), **fields}


def said(preference: int | None = None, *, ids: tuple[str, ...] = ("r0", "r1"), **fields: Any) -> dict[str, Any]:
    row = {"judge": "ann", "kind": "human", "responses": list(ids), **fields}
    return row if preference is None else {**row, "preference": preference}


def exported(project: Project, **options: Any) -> list[Row]:
    chosen = Options(**options)
    refresh_project(project, chosen.sources)
    return [row for batch in rows(project, chosen) for row in batch]


def texts(row: Row) -> tuple[str, str]:
    return row.values["chosen"][-1]["content"], row.values["rejected"][-1]["content"]


@pytest.mark.parametrize("ids", [("r0", "r1"), ("r1", "r0")])
@pytest.mark.parametrize("contents", [("Good.", "Bad."), ("Bad.", "Good."), ("x", "y"), ("y", "x")])
@pytest.mark.parametrize("order", [None, ["r0", "r1"], ["r1", "r0"]])
def test_the_better_response_is_chosen_wherever_it_stood(project, load, ids, contents, order):
    load(project, line(said(1, ids=ids, order=order), texts=contents))
    (row,) = exported(project)
    better = contents[0] if ids[0] == "r0" else contents[1]
    assert texts(row) == (better, next(text for text in contents if text != better))
    assert row.values["prompt"] == [{"role": "user", "content": "Which?"}]
    assert row.values["chosen"] == [{"role": "assistant", "content": better}]


@pytest.mark.parametrize(
    "judgments",
    [
        [],
        [said(0)],
        [said(both_bad=True)],
        [said(1), said(-1, judge="bob")],
        [said(1), said(0, judge="bob")],
        [said(1, status="flagged")],
        [said(None, status="skipped")],
        [said(1, ids=("r0", "r1"), judge="ann"), said(-1, judge="bob"), said(1, judge="j", kind="ai")],
    ],
)
def test_ties_both_bad_and_the_undecided_are_not_exported(project, load, judgments):
    load(project, line(*judgments, comparisons=[["r0", "r1"]]))
    assert exported(project) == []


def test_the_best_of_a_list_is_set_against_the_worst(project, load):
    ranking = [["r2"], ["r0", "r3"], ["r1"]]
    load(project, line(said(ids=("r0", "r1", "r2", "r3"), ranking=ranking), texts=("a", "b", "c", "d")))
    (row,) = exported(project)
    assert texts(row) == ("c", "b")


def test_texts_that_differ_only_in_white_space_are_not_a_pair(project, load):
    load(project, line(said(1), texts=("The same.", " The\nsame. ")))
    (row,) = exported(project)
    assert not row.is_distinct
    load(project, line(said(1), texts=("The same.", "The other."), system="Another prompt."))
    assert [row.is_distinct for row in exported(project)].count(True) == 1


@pytest.mark.parametrize(("sources", "chosen"), [("people_first", "Good."), ("people", "Good."), ("judges", "Bad.")])
def test_whose_votes_count_is_an_option(project, load, sources, chosen):
    load(project, line(said(1), said(-1, judge="j", kind="ai")))
    (row,) = exported(project, sources=sources)
    assert texts(row)[0] == chosen


def test_judges_do_not_speak_where_only_people_count(project, load):
    load(project, line(said(-1, judge="j", kind="ai")))
    assert exported(project, sources="people") == []
    assert len(exported(project)) == 1


def test_a_small_margin_can_be_left_out(project, load):
    votes = [said(1, judge=name) for name in ("a", "b", "c")]
    load(project, line(*votes, said(-1, judge="d")))
    assert [len(exported(project, min_margin=margin)) for margin in (0, 0.5, 0.51)] == [1, 1, 0]


def test_passages_and_the_system_text_stand_where_a_trainer_needs_them(project, load):
    turns = [{"role": role, "content": role} for role in ("user", "assistant", "user")]
    contexts = [{"title": "Tit", "text": "Text."}, {"text": "Bare."}, {"title": "Tit", "text": "Tit says."}]
    load(project, line(said(1), prompt=turns, system="Be brief.", contexts=contexts))
    system = {"role": "system", "content": "Be brief."}
    (row,) = exported(project)
    passages = "Tit\nText.\n\nBare.\n\nTit says.\n\nuser"
    assert row.values["prompt"] == [system, *turns[:2], {"role": "user", "content": passages}]
    (bare,) = exported(project, contexts="omit")
    assert bare.values["prompt"] == [system, *turns]
    assert bare.split == row.split


def test_a_response_of_several_messages_keeps_them(project, load):
    spoken = [
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "tool", "content": "4"},
        {"role": "assistant", "content": "It is 4."},
    ]
    responses = [{"id": "r0", "content": spoken}, {"id": "r1", "content": "Five."}]
    load(project, {"prompt": "2+2?", "responses": responses, "judgments": [said(1)]})
    (row,) = exported(project)
    assert [each["content"] for each in row.values["chosen"]] == ["", "4", "It is 4."]


def test_the_lineage_says_who_judged_what_and_why(project, load):
    load(
        project,
        line(
            said(2, round="pilot", sample=1),
            said(1, judge="bob", version="v2"),
            said(-1, judge="j", kind="ai"),
            said(1, judge="cat", status="flagged"),
        ),
    )
    (row,) = exported(project)
    lineage = json.loads(row.values["lineage"])
    prompt = project.prompts.get()
    assert lineage["prompt"] == bytes(prompt.key).hex()
    assert (lineage["chosen"]["model"], lineage["rejected"]["model"]) == ("m0", "m1")
    assert lineage["label"] == {
        "policy": "majority",
        "tier": "people",
        "probability": lineage["label"]["probability"],
        "margin": 1.0,
        "strength": 2.0,
    }
    assert lineage["label"]["probability"] in (0.0, 1.0)
    assert sum(lineage["votes"].values()) == 2
    assert [(vote["kind"], vote["judge"], vote["version"], vote["round"]) for vote in lineage["judgments"]] == [
        ("ai", "j", "", ""),
        ("human", "ann", "", "pilot"),
        ("human", "bob", "v2", ""),
    ]
    assert {vote["strength"] for vote in lineage["judgments"]} == {2, None}


def test_rows_come_in_the_order_of_the_contents_whatever_the_order_of_the_import(load):
    made = [line(said(1), prompt=f"Number {number}?") for number in range(12)]
    one, other = create_project("one"), create_project("other")
    load(one, *made)
    load(other, *reversed(made))
    assert [row.values for row in exported(one)] == [row.values for row in exported(other)]


def test_the_size_of_a_batch_changes_nothing(project, load, monkeypatch):
    load(project, *(line(said(1), prompt=f"Number {number}?") for number in range(7)))
    whole = exported(project)
    monkeypatch.setattr(trl_dpo, "ROWS_A_BATCH", 2)
    assert [row.values for row in exported(project)] == [row.values for row in whole]


def test_a_prompt_is_in_one_split_whatever_its_spelling_system_or_passages(project, load):
    spellings = [f"{space}number {number}?{space}" for number in range(20) for space in ("", " ", "\n")]
    load(project, *(line(said(1), prompt=spelling) for spelling in spellings))
    load(project, *(line(said(1), prompt=f"NUMBER {number}?", system="x") for number in range(20)))
    splits: dict[str, set[str]] = {}
    for row in exported(project, test_share=0.5):
        splits.setdefault(row.values["prompt"][-1]["content"].strip().lower(), set()).add(row.split)
    assert len(splits) == 20
    assert all(len(each) == 1 for each in splits.values())
    assert set().union(*splits.values()) == {"train", "test"}


def test_another_project_is_not_in_the_export(project, load):
    load(create_project("other"), line(said(1)))
    assert exported(project) == []
