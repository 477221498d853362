from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from core.models import AuditEvent, Project, Role, Round
from core.rounds import open_round
from tests.core.views.conftest import logged_in
from tests.core.views.markup import dangers, each_payload
from tests.factories import MembershipFactory, ProjectFactory

ROUNDS = "/p/helpful/settings/rounds"


@pytest.fixture
def project(db: None) -> Project:
    return ProjectFactory(slug="helpful", name="Helpful", time_zone="Europe/Zurich")


@pytest.fixture
def as_manager(project: Project) -> Client:
    return logged_in(MembershipFactory(project=project, role=Role.MANAGER).user)


def test_the_next_round_closes_the_one_before_and_asks_the_same(as_manager: Client, project: Project) -> None:
    before = project.current_round
    sent = as_manager.post(ROUNDS, {"name": "Second batch", "due": "2031-07-01T18:30"})
    assert (sent.status_code, sent.url) == (302, ROUNDS)
    opened = project.current_round
    assert (opened.name, opened.question_set_id) == ("Second batch", before.question_set_id)
    assert opened.due == datetime(2031, 7, 1, 16, 30, tzinfo=UTC)
    assert Round.objects.get(pk=before.pk).closed is not None
    assert AuditEvent.objects.filter(verb="round.open").count() == 1


def test_the_due_date_is_shown_on_the_overview_as_the_clock_of_the_project_has_it(
    as_manager: Client, project: Project
) -> None:
    as_manager.post(ROUNDS, {"name": "", "due": "2031-07-01T18:30"})
    assert "1 July 2031, 18:30" in as_manager.get("/p/helpful/").text
    assert 'value="2031-07-01T18:30"' in as_manager.get(ROUNDS).text


def test_a_due_date_is_changed_and_taken_away(as_manager: Client, project: Project) -> None:
    number = project.current_round.number
    for due, expected in (("2031-01-01T12:00", datetime(2031, 1, 1, 11, tzinfo=UTC)), ("", None)):
        as_manager.post(f"{ROUNDS}/due", {"number": number, "due": due})
        assert project.current_round.due == expected


def test_a_round_is_closed_once(as_manager: Client, project: Project) -> None:
    number = project.current_round.number
    assert as_manager.post(f"{ROUNDS}/close", {"number": number}).status_code == 302
    assert project.current_round is None
    again = as_manager.post(f"{ROUNDS}/close", {"number": number})
    assert again.status_code == 422
    assert "This round is not open any more." in again.text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"name": "x" * 201}, "Shorten it to 200 characters."),
        ({"name": "one", "due": "tomorrow"}, "Write a day and a time, or nothing."),
        ({"name": "one", "due": "2020-01-01T00:00"}, "The due date is over already."),
    ],
)
def test_what_does_not_fit_comes_back_with_a_sentence(as_manager: Client, sent: dict[str, str], sentence: str) -> None:
    response = as_manager.post(ROUNDS, sent)
    assert response.status_code == 422
    assert sentence in response.text


def test_a_name_is_taken_once(as_manager: Client, project: Project) -> None:
    name = project.current_round.name
    assert "already. Choose another name." in as_manager.post(ROUNDS, {"name": name}).text


def test_many_rounds_cost_no_more_queries(
    as_manager: Client, project: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        open_round(project, f"batch {number}", due=timezone.now() + timedelta(days=1))
    with django_assert_max_num_queries(7):
        as_manager.get(ROUNDS)


@each_payload
def test_what_was_written_does_nothing_there(as_manager: Client, project: Project, payload: str) -> None:
    project.rounds.update(name=payload.replace("\0", "")[:200])
    assert dangers(as_manager.get(ROUNDS).text) == []
    assert dangers(as_manager.post(ROUNDS, {"name": payload, "due": payload}).text) == []
