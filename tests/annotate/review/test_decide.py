"""Decide from the prompt's page: the part comes back in place, a redirect without JavaScript."""

from uuid import UUID, uuid4

import pytest
from django.test import Client

from annotate.queue.reservations import take_next
from core.labels.service import refresh_labels
from core.models import Comparison, Judgment, Label, Project, Role, User
from tests.core.views.conftest import logged_in
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def rita(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.REVIEWER).user


@pytest.fixture
def as_rita(rita: User) -> Client:
    return logged_in(rita)


@pytest.fixture
def comparison(project: Project) -> Comparison:
    return ComparisonFactory(project=project)


def address(comparison: Comparison) -> str:
    return f"/p/helpful/comparisons/{comparison.public}/decide"


def sent(choice: str = "b2", *, after: UUID | None = None, **more: str) -> dict[str, str]:
    return {"client_id": str(uuid4()), "after": str(after or ""), "choice": choice, **more}


def test_it_stores_the_decision_and_returns_to_the_comparison(as_rita: Client, comparison: Comparison) -> None:
    response = as_rita.post(address(comparison), sent(rationale="B is\r\nright."))
    place = f"?comparisons={comparison.public}#comparison-{comparison.public}"
    assert (response.status_code, response.url) == (302, f"/p/helpful/prompts/{comparison.prompt.public}{place}")
    assert Judgment.objects.get().rationale == "B is\nright."
    assert Label.objects.get().tier == "review"


def test_htmx_gets_the_comparison_with_its_new_label(as_rita: Client, comparison: Comparison) -> None:
    html = as_rita.post(address(comparison), sent(), headers=HTMX).content.decode()
    assert html.strip().startswith("<article")
    assert "One reviewer preferred B." in html
    assert "Decide the next contested item" in html


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_without_a_choice_the_form_comes_back_with_what_was_typed(
    as_rita: Client, comparison: Comparison, headers: dict[str, str]
) -> None:
    response = as_rita.post(address(comparison), sent("", rationale="Because of this."), headers=headers)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Choose an answer first, then submit." in html
    assert "Because of this." in html
    assert ("<html" in html) == (not headers)


def test_a_decision_made_elsewhere_meanwhile_is_a_conflict(as_rita: Client, comparison: Comparison) -> None:
    as_rita.post(address(comparison), sent("a1"))
    response = as_rita.post(address(comparison), sent("b1"))
    assert response.status_code == 409
    assert "in another window" in response.content.decode()
    assert Label.objects.get().ranks == [1, 2]


def test_the_form_shows_ones_decision_and_changes_it(as_rita: Client, comparison: Comparison) -> None:
    as_rita.post(address(comparison), sent("b2", rationale="At first"))
    page = f"/p/helpful/prompts/{comparison.prompt.public}?open={comparison.public}"
    html = as_rita.get(page).content.decode()
    mark = Judgment.objects.get().client_id
    assert f'value="{mark}"' in html
    assert "At first</textarea>" in html
    assert html.count("checked") == 1
    assert "Change decision" in html
    assert as_rita.post(address(comparison), sent("a1", after=mark)).status_code == 302
    assert Label.objects.get().ranks == [1, 2]


def test_what_one_holds_is_judged_on_the_work_page(as_rita: Client, rita: User, comparison: Comparison) -> None:
    take_next(rita, comparison.project)
    response = as_rita.post(address(comparison), sent(), headers=HTMX)
    assert response.status_code == 409
    assert "open on your work page" in response.content.decode()


def test_a_list_is_decided_by_ranks(as_rita: Client, project: Project) -> None:
    comparison = ComparisonFactory(project=project, texts=["x", "y", "z"])
    page = f"/p/helpful/prompts/{comparison.prompt.public}?open={comparison.public}"
    assert 'name="rank-C"' in as_rita.get(page).content.decode()
    ranks = {"rank-A": "2", "rank-B": "1", "rank-C": ""}
    response = as_rita.post(address(comparison), sent("", **ranks))
    assert response.status_code == 422
    assert 'value="2"' in response.content.decode()
    assert as_rita.post(address(comparison), sent("", **ranks | {"rank-C": "2"})).status_code == 302
    assert Label.objects.get().ranks == [2, 1, 2]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANNOTATOR])
def test_others_do_not_decide(comparison: Comparison, role: Role) -> None:
    client = logged_in(MembershipFactory(project=comparison.project, role=role).user)
    assert client.post(address(comparison), sent()).status_code == 403
    assert not Judgment.objects.exists()


def test_nobody_decides_in_an_archived_project(as_rita: Client, comparison: Comparison) -> None:
    Project.objects.update(archived=comparison.created)
    assert as_rita.post(address(comparison), sent()).status_code == 403


def test_contested_leads_to_the_opened_comparison(as_rita: Client, comparison: Comparison) -> None:
    for ranks in ([1, 2], [2, 1]):
        judge = JudgeFactory(project=comparison.project, kind="human")
        JudgmentFactory(comparison=comparison, judge=judge, ranks=ranks)
    refresh_labels([comparison.pk])
    response = as_rita.get("/p/helpful/contested")
    place = f"?open={comparison.public}#comparison-{comparison.public}"
    assert response.url == f"/p/helpful/prompts/{comparison.prompt.public}{place}"
    assert "Which answer is better?" in as_rita.get(response.url).content.decode()


def test_where_nothing_is_contested_it_says_so(as_rita: Client, comparison: Comparison) -> None:
    assert "Nothing is contested" in as_rita.get("/p/helpful/contested").content.decode()
