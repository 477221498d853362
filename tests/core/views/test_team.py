import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import AuditEvent, Project, Role, User
from tests.core.views.conftest import logged_in
from tests.factories import (
    ComparisonFactory,
    GroupFactory,
    JudgeFactory,
    JudgmentFactory,
    MembershipFactory,
    UserFactory,
)

TEAM, HOURS = "/p/helpful/team", "/p/helpful/team/hours"
DAYS = "period=days&from=2026-11-23&to=2026-11-29"


def judged(project: Project, person: User, **fields: Any) -> None:
    judge = project.judges.filter(person=person).first() or JudgeFactory(project=project, person=person, kind="human")
    fields = {"created": datetime(2026, 11, 25, 12, tzinfo=UTC), "active_ms": 1_800_000, "wall_ms": 2_700_000, **fields}
    comparison = ComparisonFactory(project=project)
    JudgmentFactory(comparison=comparison, judge=judge, person=person, round=project.current_round, **fields)


def html_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def table(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response).decode())))


def test_the_team_is_shown_with_its_figures(as_owner: Client, project: Project, annotator: User) -> None:
    GroupFactory(project=project, name="experts", members=[annotator])
    judged(project, annotator)
    html = html_of(as_owner.get(f"{TEAM}?{DAYS}"))
    for part in (str(annotator), "Annotator", "experts", "0.5", "1,800 s", "n 1", "23 Nov 2026 to 29 Nov 2026"):
        assert part in html, part


def test_days_that_make_no_period_are_said_in_place(as_owner: Client, project: Project) -> None:
    response = as_owner.get(f"{TEAM}?period=days&from=2026-11-02&to=2026-11-01")
    assert response.status_code == 422
    assert "The last day is before the first. Swap them." in html_of(response)


def test_a_project_of_one_person_says_so(as_owner: Client, project: Project) -> None:
    assert "You are alone here." in html_of(as_owner.get(TEAM))


def test_the_page_takes_the_same_queries_for_many_people(
    as_owner: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    as_owner.get(TEAM)
    for _ in range(12):
        person = MembershipFactory(project=project).user
        GroupFactory(project=project, members=[person])
        judged(project, person, created=timezone.now())
    with django_assert_max_num_queries(10):
        as_owner.get(TEAM)


def test_hours_are_a_row_a_person_and_day(as_owner: Client, owner: User, project: Project, annotator: User) -> None:
    gone = UserFactory(name="Älter, Zoë", email="zoe@example.org")
    judged(project, annotator), judged(project, annotator), judged(project, gone)
    response = as_owner.get(f"{HOURS}?{DAYS}")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="hours-helpful-2026-11-23-2026-11-29.csv"'
    assert table(response) == [
        ["person", "e-mail", "day", "judgments", "active hours", "wall hours"],
        [annotator.name, annotator.email, "2026-11-25", "2", "1.0000", "1.5000"],
        [gone.name, gone.email, "2026-11-25", "1", "0.5000", "0.7500"],
    ]
    event = AuditEvent.objects.get(verb="team.hours")
    assert (event.actor, event.detail) == (owner, {"first": "2026-11-23", "last": "2026-11-29"})


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+1", "-1", "@x", "\t=1"])
def test_a_name_that_is_a_formula_is_inert(as_owner: Client, project: Project, annotator: User, name: str) -> None:
    User.objects.filter(pk=annotator.pk).update(name=name)
    judged(project, annotator)
    assert table(as_owner.get(f"{HOURS}?{DAYS}"))[1][0] == f"'{name}"


def test_hours_come_line_by_line(as_owner: Client, project: Project, annotator: User) -> None:
    response = as_owner.get(f"{HOURS}?{DAYS}")
    assert response.streaming
    assert isinstance(iter(response), Iterator)
    assert table(response)[1:] == []


@pytest.mark.parametrize("page", [TEAM, HOURS, "/p/helpful/team/groups", "/p/helpful/team/people/{}"])
@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.VIEWER, Role.REVIEWER])
def test_who_does_not_manage_the_team_sees_nothing_of_it(project: Project, owner: User, role: str, page: str) -> None:
    person = MembershipFactory(project=project, role=role).user
    response = logged_in(person).get(page.format(owner.public))
    assert response.status_code == 403
    assert owner.email not in response.content.decode()


def test_an_annotator_sees_no_other_person_on_any_page_of_theirs(
    as_annotator: Client, project: Project, owner: User
) -> None:
    User.objects.filter(pk=owner.pk).update(name="Somebody Else")
    ComparisonFactory(project=project)
    for page in ("/", "/p/helpful/", "/p/helpful/work", "/p/helpful/guidelines"):
        html = as_annotator.get(page).content.decode()
        assert "Somebody Else" not in html, page
        assert owner.email not in html, page
