"""My answers: one's own history, changes, and what one holds against a decision."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from annotate.models import Flag
from annotate.own import history
from annotate.own.figures import agreement_with_reviewers, wilson
from annotate.queue.reservations import take_next
from annotate.review.deciding import decide
from annotate.work.actions import Answer, Skip, skip, submit_judgment
from core.labels.service import policy_name
from core.models import AuditEvent, Comparison, Judgment, Label, Project, Role, User
from tests.core.views.conftest import logged_in
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory

ANSWERS = "/p/helpful/answers"


@pytest.fixture
def reviewer(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.REVIEWER).user


@pytest.fixture
def judged(project: Project, ada: User) -> Judgment:
    return answer_one(ada, project)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the hour in which an answer can be taken back were over."""
    monkeypatch.setattr(history, "UNDONE_WITHIN", timedelta(0))


def answer_one(person: User, project: Project, choice: str = "a3", wanted: int = 2) -> Judgment:
    if not (assignment := take_next(person, project).assignment):
        ComparisonFactory(project=project, votes_wanted=wanted)
        assignment = take_next(person, project).assignment
    return submit_judgment(assignment.comparison, Answer(assignment.client_id, {"main": [choice]}), by=person)


def page(client: Client, address: str = ANSWERS) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def change(client: Client, judgment: Judgment, choice: str, **more: str) -> int:
    data = {"client_id": str(uuid4()), "after": str(judgment.client_id), "main": choice, **more}
    return client.post(f"{ANSWERS}/{judgment.comparison.public}", data).status_code


def test_the_history_is_ones_own_in_words(as_ada: Client, judged: Judgment, bruno: User, project: Project) -> None:
    submit = take_next(bruno, project).assignment
    submit_judgment(submit.comparison, Answer(submit.client_id, {"main": ["b1"], "rationale": ["secret"]}), by=bruno)
    html = page(as_ada)
    assert "A much better" in html
    assert "Counts" in html
    assert "B slightly better" not in html
    assert "secret" not in html


def test_without_answers_there_is_a_way_on(as_ada: Client) -> None:
    assert "You have answered nothing here yet." in page(as_ada)


def test_it_comes_in_pages_and_takes_the_same_queries(
    as_ada: Client, ada: User, project: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        answer_one(ada, project)
        Flag.objects.create(
            project=project,
            comparison=Judgment.objects.latest("pk").comparison,
            person=ada,
            kind="flag",
            reason=str(number),
        )
    with pytest.MonkeyPatch.context() as patched, django_assert_max_num_queries(20):
        patched.setattr(history, "ROWS", 5)
        html = page(as_ada)
    assert html.count('data-label="State"') == 5
    before = re.search(r"before=([0-9a-f-]{36})", html)[1]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(history, "ROWS", 5)
        older = page(as_ada, f"{ANSWERS}?before={before}")
    assert older.count('data-label="State"') == 5
    assert not set(re.findall(r"answers/([0-9a-f-]{36})", html)) & set(re.findall(r"answers/([0-9a-f-]{36})", older))


def test_it_is_narrowed(as_ada: Client, ada: User, project: Project, judged: Judgment) -> None:
    comparison = ComparisonFactory(project=project)
    skip(comparison, Skip(take_next(ada, project).assignment.client_id, "language"), by=ada)
    html = page(as_ada, f"{ANSWERS}?show=skipped")
    assert "I do not read this language" in html
    assert "A much better" not in html
    assert "No answer of yours fits." in page(as_ada, f"{ANSWERS}?show=contested")
    assert "A much better" in page(as_ada, f"{ANSWERS}?on={judged.created:%Y-%m-%d}")
    assert "No answer of yours fits." in page(as_ada, f"{ANSWERS}?on=2020-02-29")
    for odd in ("on=2020-02-31", "on=x", "show=x", "before=x"):
        assert "A much better" in page(as_ada, f"{ANSWERS}?{odd}")


def test_an_answer_is_shown_in_its_form_and_order(as_ada: Client, judged: Judgment) -> None:
    html = page(as_ada, f"{ANSWERS}/{judged.comparison.public}")
    first, second = (judged.comparison.candidates.get(slot=slot).response.content for slot in judged.order)
    assert 0 < html.index(first) < html.index(second)
    assert re.search(r'value="a3"[^>]*checked', html)


def test_a_change_is_a_revision_and_the_old_one_is_kept(as_ada: Client, judged: Judgment, ada: User) -> None:
    assert change(as_ada, judged, "b2") == 302
    old, new = Judgment.objects.order_by("pk")
    assert (old.live, new.live, new.revises) == (False, True, old)
    assert (new.order, new.status, new.occasion, new.round) == (old.order, old.status, old.occasion, old.round)
    assert new.ranks[new.order[1]] == 1
    assert Label.objects.get(policy=policy_name("people_first"), question="main").ranks == new.ranks
    assert AuditEvent.objects.filter(verb="judgment.revise", actor=ada).exists()
    html = page(as_ada, f"{ANSWERS}/{judged.comparison.public}")
    assert "Replaced" in html


def test_a_stale_change_is_refused_with_a_sentence_and_kept_in_the_form(as_ada: Client, judged: Judgment) -> None:
    assert change(as_ada, judged, "b2") == 302
    data = {"client_id": str(uuid4()), "after": str(judged.client_id), "main": "tie", "rationale": "Half a thought"}
    response = as_ada.post(f"{ANSWERS}/{judged.comparison.public}", data)
    html = response.content.decode()
    assert response.status_code == 409
    assert "You have changed this answer in another window." in html
    assert re.search(r'value="tie"[^>]*checked', html)
    assert "Half a thought</textarea>" in html
    assert Judgment.objects.count() == 2


def test_a_change_sent_twice_is_one(as_ada: Client, judged: Judgment) -> None:
    mark = str(uuid4())
    assert [change(as_ada, judged, "b2", client_id=mark) for _ in range(2)] == [302, 302]
    assert Judgment.objects.count() == 2


def test_nothing_chosen_changes_nothing(as_ada: Client, judged: Judgment) -> None:
    assert change(as_ada, judged, "") == 422
    assert Judgment.objects.count() == 1


def test_what_somebody_has_not_answered_is_not_there(as_ada: Client, bruno: User, judged: Judgment) -> None:
    assert logged_in(bruno).get(f"{ANSWERS}/{judged.comparison.public}").status_code == 404
    assert as_ada.get(f"{ANSWERS}/{ComparisonFactory().public}").status_code == 404


@pytest.mark.parametrize("by", ["reviewer", "gold"])
def test_a_decision_is_told_when_the_answer_stands_and_is_contested(
    as_ada: Client, judged: Judgment, reviewer: User, project: Project, later: None, by: str
) -> None:
    address = f"{ANSWERS}/{judged.comparison.public}"
    ranks = [rank % 2 + 1 for rank in judged.ranks]
    if by == "reviewer":
        decide(judged.comparison, "a1" if ranks == [1, 2] else "b1", "", uuid4(), by=reviewer)
    else:
        gold = JudgeFactory(project=project, kind="gold")
        JudgmentFactory(comparison=judged.comparison, judge=gold, ranks=ranks)
    html = page(as_ada, address)
    assert "<strong>B better</strong>" in html
    assert "gold" not in html.lower()
    assert change(as_ada, judged, "b2") == 409
    assert as_ada.post(f"{address}/contest", {"reason": ""}).status_code == 422
    assert as_ada.post(f"{address}/contest", {"reason": "Look at line 2."}).status_code == 302
    assert Flag.objects.get().kind == "contest"
    assert "waits for a reviewer" in page(as_ada)


def test_gold_cannot_be_told_while_an_answer_can_be_taken_back(
    as_ada: Client, judged: Judgment, project: Project
) -> None:
    address = f"{ANSWERS}/{judged.comparison.public}"

    def seen() -> str:
        return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9A-Za-z]{64}", "", page(as_ada, address))

    before = seen()
    gold = JudgeFactory(project=project, kind="gold")
    JudgmentFactory(comparison=judged.comparison, judge=gold, ranks=[rank % 2 + 1 for rank in judged.ranks])
    assert seen() == before
    assert as_ada.post(f"{address}/contest", {"reason": "Why?"}).status_code == 409


def test_agreement_with_reviewers_has_an_interval_or_a_reason(
    ada: User, project: Project, reviewer: User, later: None
) -> None:
    for number in range(6):
        answer = answer_one(ada, project)
        same = "a1" if answer.ranks == [1, 2] else "b1"
        decide(answer.comparison, same if number else "tie", "", uuid4(), by=reviewer)
        if number == 3:
            assert agreement_with_reviewers(ada, project).reason.startswith("Needs 5 of your answers")
    found = agreement_with_reviewers(ada, project)
    assert (found.n, found.share) == (6, 5 / 6)
    assert found.low < found.share < found.high


def test_the_interval_is_wilsons() -> None:
    found = wilson(8, 10)
    assert (round(found.low, 3), round(found.high, 3)) == (0.490, 0.943)
    assert (wilson(0, 5).low, wilson(5, 5).high) == (0.0, 1.0)


def test_a_withdrawn_comparison_does_not_change(as_ada: Client, judged: Judgment) -> None:
    Comparison.objects.update(withdrawn="2026-01-01T00:00Z")
    assert change(as_ada, judged, "b2") == 409
