"""The general settings of a project: changed by those who manage, one after the other."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from annotate.models import QueueItem
from core.models import AuditEvent, Comparison, Project, Role, Run, Schedule, User
from core.project_settings import settings_of
from core.runs.actions import run_here
from core.runs.steps import Destination
from core.schedules.actions import Plan, create_schedule
from tests.core.views.conftest import logged_in
from tests.core.views.markup import PAYLOADS, dangers
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory

HERE = "/p/helpful/settings"


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def typed(project: Project, **more: str) -> dict[str, str]:
    """The form as the page shows it, with what somebody changes in it."""
    project.refresh_from_db()
    now = {name: "" if value is None else str(value) for name, value in settings_of(project).plain.items()}
    now["text_stays_inside"] = "on" if project.text_stays_inside else ""
    return {**now, "seen": settings_of(project).mark, **more}


def test_what_changes_is_kept_and_written_to_the_log_with_the_old_value(
    as_owner: Client, owner: User, project: Project
) -> None:
    sent = typed(project, name="Kind", overlap="3", budget="12.50", budget_hours="40", text_stays_inside="on")
    assert as_owner.post(HERE, sent).url == HERE
    project.refresh_from_db()
    assert (project.name, project.overlap, project.budget) == ("Kind", 3, Decimal("12.50"))
    assert (project.budget_hours, project.text_stays_inside) == (40, True)
    event = AuditEvent.objects.get(verb="project.change")
    assert (event.actor, event.detail["changed"]["name"]) == (owner, {"from": "Helpful", "to": "Kind"})
    assert event.detail["changed"]["budget"] == {"from": None, "to": "12.50"}
    assert "time_zone" not in event.detail["changed"]


def test_saving_the_page_as_it_is_changes_nothing(as_owner: Client, project: Project) -> None:
    as_owner.post(HERE, typed(project, budget="7.5", budget_hours="2"))
    html = text(as_owner.get(HERE))
    assert 'value="7.50"' in html
    assert as_owner.post(HERE, typed(project)).status_code == 302
    assert AuditEvent.objects.filter(verb="project.change").count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Write a name."),
        ({"overlap": "101"}, "Write a number from 1 to 100."),
        ({"time_zone": "Nowhere"}, "“Nowhere” is no time zone."),
        ({"budget": "-1"}, "Write an amount like 50 or 12.50, or nothing."),
        ({"budget": "1.234"}, "Write an amount like 50 or 12.50, or nothing."),
        ({"budget": "NaN"}, "Write an amount like 50 or 12.50, or nothing."),
        ({"budget_hours": "0"}, "Write whole hours like 40, or nothing."),
        ({"budget_hours": "1.5"}, "Write whole hours like 40, or nothing."),
    ],
)
def test_a_mistake_comes_back_in_place(
    as_owner: Client, project: Project, change: dict[str, str], sentence: str
) -> None:
    answer = as_owner.post(HERE, typed(project, **change))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not AuditEvent.objects.filter(verb="project.change").exists()


def test_of_two_who_edit_at_once_the_second_is_told_and_may_still_win(as_owner: Client, project: Project) -> None:
    mine = typed(project, name="Mine")
    as_owner.post(HERE, typed(project, name="Theirs", budget="5"))
    answer = as_owner.post(HERE, mine)
    assert answer.status_code == 409
    html = text(answer)
    assert "Somebody else has changed these settings" in html
    assert "Now: Theirs" in html
    assert "Now: 5.00" in html
    assert 'value="Mine"' in html
    project.refresh_from_db()
    assert project.name == "Theirs"
    again = {**mine, "seen": settings_of(project).mark}
    assert f'name="seen" value="{again["seen"]}"' in html
    assert as_owner.post(HERE, again).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.budget) == ("Mine", None)


def test_schedules_follow_the_time_zone(as_owner: Client, project: Project) -> None:
    schedule = create_schedule(project, Plan("Every night", "compare", "0 2 * * *"))
    before = schedule.next_due
    as_owner.post(HERE, typed(project, time_zone="Asia/Tokyo"))
    after = Schedule.objects.get().next_due
    assert after is not None
    assert before is not None
    assert (after - before).total_seconds() % 86_400 == 15 * 3600


def test_the_overlap_holds_for_new_comparisons_and_for_waiting_ones_where_that_is_said(
    as_owner: Client, project: Project
) -> None:
    waiting, done = ComparisonFactory.create_batch(2, project=project)
    JudgmentFactory(comparison=done, judge=JudgeFactory(project=project, kind="human"))
    as_owner.post(HERE, typed(project, overlap="2"))
    assert set(Comparison.objects.values_list("votes_wanted", flat=True)) == {1}
    answer = as_owner.post(HERE, typed(project, overlap="3", waiting_too="on"))
    run = Run.objects.get()
    assert answer.url == f"/p/helpful/runs/{run.public}"
    run_here(run)
    assert dict(Comparison.objects.values_list("pk", "votes_wanted")) == {waiting.pk: 3, done.pk: 1}
    assert QueueItem.objects.get(comparison=waiting).wanted == 3


def test_what_would_be_refused_is_shown_before_text_stays_inside(
    as_owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.steps.compare import Compare

    monkeypatch.setattr(Compare, "endpoints", lambda self, project, config: [Destination("https://8.8.8.8/v1")])
    create_schedule(project, Plan("Every night", "compare", "0 2 * * *"))
    html = text(as_owner.get(HERE))
    assert "3 would be refused" in html
    assert "Recipe main: The stage compare would send text to" in html
    assert "Schedule Every night: The stage compare would send text to https://8.8.8.8/v1" in html


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER])
def test_who_does_not_manage_sees_no_settings(project: Project, role: Role) -> None:
    client = logged_in(MembershipFactory(project=project, role=role).user)
    assert client.get(HERE).status_code == 403
    assert client.post(HERE, typed(project, name="Mine")).status_code == 403


def test_a_manager_is_not_shown_what_only_an_owner_may(project: Project) -> None:
    client = logged_in(MembershipFactory(project=project, role=Role.MANAGER).user)
    assert "/settings/danger" not in text(client.get(HERE))
    assert client.get(f"{HERE}/danger").status_code == 403


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 9))
def test_what_is_typed_does_nothing(as_owner: Client, project: Project, number: int) -> None:
    names = ("name", "overlap", "time_zone", "budget", "budget_hours", "seen")
    sent = as_owner.post(HERE, dict.fromkeys(names, PAYLOADS[number]))
    assert dangers(sent.content.decode()) == []


def test_the_number_of_queries_is_small(as_owner: Client, project: Project, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(13):
        as_owner.get(HERE)
