"""The report of a small project, counted by hand."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.labels.service import refresh_project
from core.models import Project
from core.projects import create_project
from core.reports.columns import GOLD, MACHINES, PEOPLE, read_columns
from core.reports.report import report
from core.reports.table import lines

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[3] / "docs" / "report.md"


def line(number: int, votes: str, *more: dict[str, Any], texts: str = "ab") -> dict[str, Any]:
    """`votes` names judges and what they say: `A+` is person A for the first, `-` the second, `=` a tie, `!` both bad.

    A lower-case letter is a machine, `G` is gold.
    """
    responses = [{"id": text, "content": text} for text in texts]
    judgments = [said(name, mark) for name, mark in re.findall(r"(\w)([-+=!])", votes)]
    return {"prompt": f"Number {number}?", "responses": responses, "judgments": [*judgments, *more]}


def said(name: str, mark: str, **fields: Any) -> dict[str, Any]:
    kind = "gold" if name == "G" else "human" if name.isupper() else "ai"
    verdict = {"both_bad": True} if mark == "!" else {"preference": {"+": 1, "-": -1, "=": 0}[mark]}
    return {"judge": name, "kind": kind, "responses": ["a", "b"], **verdict, **fields}


@pytest.fixture
def project(load) -> Project:
    project = create_project("tiny")
    load(
        project,
        line(1, "A+ B+ j+ G+"),
        line(2, "A+ B- j+"),
        line(3, "A= B= j-"),
        line(4, "A! B+ j="),
        line(
            5, "A- j- G-", said("A", "+", sample=2), said("B", "+", status="flagged"), said("B", "+", occasion="retest")
        ),
        line(6, "j+", {"judge": "A", "kind": "human", "responses": ["a"], "ratings": {"a": {"x": 1}}}),
        line(7, "", {"judge": "A", "kind": "human", "responses": ["c", "b", "a"], "ranking": [["c"]]}, texts="abc"),
        line(8, "A! B!", texts="ab"),
    )
    refresh_project(project)
    return project


def test_everything_is_counted_once_and_by_whose_it_is(project):
    assert report(project)["counts"] == {
        "prompts": 8,
        "responses": 17,
        "comparisons": 9,
        "judgments": {"people": 15, "judges": 6, "gold": 2, "not_counted": {"flagged": 1}, "both_bad": 3},
    }


def test_people_agree_as_counted_by_hand(project):
    people = report(project)["agreement"]["people"]
    # Units with two people: prompts 1 (agree), 2 (differ), 3 (tie with tie), 4 (both bad is a tie, differ), 8 (agree).
    assert (people["percent"], people["percent_n"]) == (60.0, 5)
    assert (people["percent_untied"], people["percent_untied_n"]) == (50.0, 2)
    assert (people["people"], people["units"], people["prompts"]) == (2, 5, 5)
    # Ten values: 4 first, 1 second, 5 ties; observed disagreement 2/5, expected 2 (4·1 + 4·5 + 1·5) / (10·9).
    assert people["krippendorff_alpha_nominal"] == pytest.approx(1 - (2 / 5) / (58 / 90), abs=1e-4)
    assert people["krippendorff_alpha_nominal_n"] == 5
    assert people["cohen_kappa"] is None
    assert people["cohen_kappa_reason"] == "Needs 2 people with 20 comparisons in common."


def test_a_judge_agrees_with_people_as_counted_by_hand(project):
    judges = report(project)["agreement"]["judges"]
    assert set(judges) == {"j"}
    # Votes met: 1 ++, 2 +-, 3 ==, 4 =+, 5 -+ (A repeats itself); the judge says +, +, -, =, -.
    j = judges["j"]
    assert (j["percent_n"], j["comparisons"]) == (10, 5)
    assert j["percent"] == 50.0  # 1 twice, 2 once, 3 never, 4 A's tie, 5 once
    # Sides were taken by 1 ++, 2 +-, 4 +, 5 -+; the judge's tie on 4 is a miss.
    assert (j["percent_untied"], j["percent_untied_n"]) == (pytest.approx(100 * 4 / 7, abs=0.01), 7)
    assert j["judge_ties_percent"] == 20.0


def test_gold_is_not_a_person(project):
    agreement = report(project)["agreement"]
    assert "G" not in agreement["judges"]
    assert set(agreement["gold"]) == {"A", "B", "j"}
    assert (agreement["gold"]["j"]["percent"], agreement["gold"]["j"]["percent_n"]) == (100.0, 2)
    assert (agreement["gold"]["B"]["percent"], agreement["gold"]["B"]["percent_n"]) == (100.0, 1)
    assert agreement["gold"]["A"]["percent"] == 75.0, "A said both on one of two"


def test_labels_are_counted_by_outcome_and_the_winners_are_exported(project):
    found = report(project)
    # 1 gold; 2 split; 3 tie; 4 split; 5 gold; 6 the judge; 7 the list; 8 both bad.
    assert found["labels"] == {"labels": 8, "decided": 6, "winner": 4, "ties": 1, "both_bad": 1, "undecided": 2}
    assert found["exported"] == {"pairs": 4, "percent_of_labels": 50.0}


def test_an_empty_project_has_a_report_with_reasons():
    found = report(create_project("empty"))
    assert found["counts"]["prompts"] == found["exported"]["pairs"] == 0
    assert found["exported"]["percent_of_labels"] is None
    assert (found["agreement"]["judges"], found["agreement"]["gold"]) == ({}, {})
    assert found["agreement"]["people"]["percent_reason"] == "Needs 2 people on the same comparison."
    assert any("Needs 2 people" in each for each in lines(found))


def test_two_judges_of_one_name_stay_apart(load):
    project = create_project("twins")
    twins = [said("j", "+", version=version) for version in ("v1", "v2")]
    load(project, line(1, "A+", *twins, said("j", "-", kind="metric")))
    names = set(report(project)["agreement"]["judges"])
    assert {re.sub(r"\d+\)$", "N)", name) for name in names} == {"j (v1 N)", "j (v2 N)", "j (metric N)"}


def test_other_projects_and_what_is_not_live_take_no_part(project, load):
    before = report(project)
    other = create_project("other")
    load(other, line(1, "A- B+ j-"))
    old = other.judgments.first()
    type(old).objects.filter(pk=old.pk).update(live=False)
    assert report(project) == before
    assert sum(report(other)["counts"]["judgments"][whose] for whose in ("people", "judges")) == 2


def keys_of(value: dict[str, Any], named: bool = False) -> Iterator[str]:
    for key, inner in value.items():
        if not named:
            yield key
        if isinstance(inner, dict):
            yield from keys_of(inner, named=key in ("judges", "gold", "not_counted") and not named)


def test_every_key_is_explained_in_the_documentation(project):
    page = PAGE.read_text(encoding="utf-8")
    explained = {name for code in re.findall(r"`([^`\n]+)`", page) for name in code.split(".")}
    found = report(project)
    keys = {*keys_of(found), *keys_of(report(create_project("empty")))}
    assert keys <= explained, keys - explained
    assert {"percent_untied_interval", "krippendorff_alpha_nominal", "judge_ties_percent", "not_counted"} <= keys


def test_every_figure_has_its_interval_and_its_n_and_a_reason_where_it_has_none(project):
    def figures(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
        for key, inner in value.items() if isinstance(value, dict) else ():
            if key.endswith("_interval"):
                yield value, key.removesuffix("_interval")
            yield from figures(inner)

    found = list(figures(report(project)["agreement"]))
    assert len(found) == 4 + 4 * 4
    for figure, name in found:
        assert isinstance(figure[f"{name}_n"], int)
        lacking = figure[name] is None or figure[f"{name}_interval"] is None
        assert lacking == (f"{name}_reason" in figure)
        if not lacking:
            low, high = figure[f"{name}_interval"]
            assert low <= figure[name] <= high
            assert -100 <= low <= high <= (100 if "percent" in name else 1)


def test_the_same_project_gives_the_same_report(project):
    assert report(project) == report(project)


def test_the_table_says_what_the_figures_say(project):
    text = "\n".join(lines(report(project)))
    assert re.search(r"^judgments by people +15$", text, re.M)
    assert re.search(r"^people agree with people, % +60\.0 \(.*\), n 5$", text, re.M)
    assert re.search(r"^  Cohen's kappa +–  Needs 2 people with 20 comparisons in common\.$", text, re.M)
    assert re.search(r"^gold answers +2$", text, re.M)
    assert re.search(r"^pairs exported +4, 50\.0 % of the labels$", text, re.M)


def test_the_number_of_queries_does_not_grow_with_the_judgments(project, load):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            report(project)
        return len(captured)

    few = queries()
    load(project, *(line(number, "A+ B- C= j+ k-") for number in range(20, 60)))
    assert queries() == few


def test_columns_hold_the_first_verdicts_on_pairs_with_repeats_numbered(project):
    columns = read_columns(project)
    assert [len(columns.of(source)) for source in (PEOPLE, MACHINES, GOLD)] == [12, 6, 2]
    people = columns.of(PEOPLE)
    assert sorted(people.sample.tolist()) == [1] * 11 + [2]
    assert set(people.choice.tolist()) == {0, 1, 2}
