from django.core.cache import cache
from django.test import Client

from core.models import Project
from core.views.agreement import rows_of
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory

AGREEMENT = "/p/helpful/agreement"
PEOPLE = {
    "percent": 86.0,
    "percent_interval": [84.0, 88.0],
    "percent_n": 1204,
    "percent_untied": 100.0,
    "percent_untied_interval": None,
    "percent_untied_n": 3,
    "cohen_kappa": -0.04,
    "cohen_kappa_interval": [-0.1, 0.02],
    "cohen_kappa_n": 50,
    "krippendorff_alpha_nominal": None,
    "krippendorff_alpha_nominal_n": 0,
    "krippendorff_alpha_nominal_reason": "Not defined while only one answer occurs.",
}


def test_figures_are_shares_with_their_interval_and_n() -> None:
    (row,) = rows_of({"people": PEOPLE, "judges": {}, "gold": {}}, names=True)
    figures = [(figure.value, figure.low, figure.high, figure.n) for figure in row.figures]
    assert figures == [(0.86, 0.84, 0.88, 1204), (1.0, None, None, 3), (-0.04, -0.1, 0.02, 50), (None, None, None, 0)]
    assert row.figures[3].reason == "Not defined while only one answer occurs."
    assert row.reason == ""


def test_judges_follow_people_and_gold_follows_judges() -> None:
    judge, person = {**PEOPLE, "who": "judge"}, {**PEOPLE, "who": "person"}
    report = {"people": PEOPLE, "judges": {"j1": judge}, "gold": {"Ada": person, "j1": judge}}
    rows = [("People with people", "people"), ("j1 with people", "models"), ("Ada with gold", "gold")]
    rows += [("j1 with gold", "gold")]
    assert [(row.name, row.kind) for row in rows_of(report, names=True)] == rows
    assert [(row.name, row.kind) for row in rows_of(report, names=False)] == [*rows[:2], rows[3]]


def test_a_page_says_why_there_is_no_figure(as_owner: Client) -> None:
    html = as_owner.get(AGREEMENT).content.decode()
    assert html.count("Needs 2 people on the same comparison.") == 1


def test_it_follows_the_judgments(as_owner: Client, project: Project) -> None:
    cache.clear()
    ada, bruno = JudgeFactory.create_batch(2, project=project, kind="human")
    for ranks in ([1, 2], [2, 1]):
        comparison = ComparisonFactory(project=project)
        JudgmentFactory(comparison=comparison, judge=ada, ranks=[1, 2])
        JudgmentFactory(comparison=comparison, judge=bruno, ranks=ranks)
        html = as_owner.get(AGREEMENT).content.decode()
    assert ".50" in html
    assert "n 2" in html


def test_htmx_gets_the_table_alone(as_owner: Client) -> None:
    html = as_owner.get(AGREEMENT, headers={"HX-Request": "true"}).content.decode()
    assert html.strip().startswith("<table")


def test_annotators_do_not_see_how_others_agree(as_annotator: Client) -> None:
    assert as_annotator.get(AGREEMENT).status_code == 403
