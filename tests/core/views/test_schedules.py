"""The list of schedules: what is due when, what went wrong, and pausing, resuming, deleting."""

import pytest
from django.test import Client

from core.models import AuditEvent, Project, Role, Run, Schedule
from core.schedules.actions import Plan, create_schedule
from tests.core.views.conftest import logged_in
from tests.factories import MembershipFactory, RunFactory, ScheduleFactory

SCHEDULES = "/p/helpful/schedules"


@pytest.fixture
def schedule(project: Project) -> Schedule:
    return create_schedule(project, Plan("Every night", "reference", "0 2 * * *"))


@pytest.fixture
def as_viewer(project: Project) -> Client:
    return logged_in(MembershipFactory(project=project, role=Role.VIEWER).user)


def page(client: Client, address: str = SCHEDULES) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_an_empty_list_says_what_a_schedule_is(as_owner: Client, project: Project) -> None:
    html = page(as_owner)
    assert "No schedules yet. A schedule starts a recipe by itself" in html
    assert 'href="/p/helpful/schedules/new">New schedule</a>' in html


def test_who_only_reads_is_offered_nothing_to_change(as_viewer: Client, schedule: Schedule) -> None:
    for address in (SCHEDULES, f"{SCHEDULES}/{schedule.public}"):
        html = page(as_viewer, address)
        assert "Every night" in html
        for offer in ("New schedule", "Pause schedule", "Delete schedule", "Save schedule"):
            assert offer not in html


def test_a_row_says_when_in_words_and_the_next_time_in_the_projects_zone(as_owner: Client, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(time_zone="Asia/Tokyo")
    project.refresh_from_db()
    create_schedule(project, Plan("Every night", "reference", "0 2 * * *"))
    html = page(as_owner)
    assert "every night at 02:00" in html
    assert ", 02:00</time>" in html
    assert "Times are in Asia/Tokyo." in html


@pytest.mark.parametrize(
    ("note", "state", "shown"),
    [
        ("", "done", '<span class="state is-done">Done</span>'),
        ("", "parked", '<span class="state is-parked">Waiting for people</span>'),
        ("", "failed", ">Failed</a>"),
        ("Skipped the run.", "running", ">Skipped</a>"),
        ("The run could not start.", "done", ">Did not start</a>"),
    ],
)
def test_a_row_says_how_the_last_run_went(
    as_owner: Client, schedule: Schedule, note: str, state: str, shown: str
) -> None:
    Schedule.objects.update(note=note)
    RunFactory(project=schedule.project, schedule=schedule, due=schedule.next_due, state=state)
    assert shown in page(as_owner)


def test_the_count_of_queries_does_not_grow(
    as_owner: Client, project: Project, schedule: Schedule, django_assert_max_num_queries
) -> None:
    for number in range(8):
        other = create_schedule(project, Plan(f"Schedule {number}", "reference", "0 2 * * *"))
        RunFactory(project=project, schedule=other, due=other.next_due, state="failed", error="x")
    with django_assert_max_num_queries(12):
        page(as_owner)


def test_schedules_of_other_projects_stay_there(as_owner: Client) -> None:
    ScheduleFactory(name="Theirs")
    assert "Theirs" not in page(as_owner)


def test_pausing_and_resuming(as_owner: Client, schedule: Schedule) -> None:
    here = f"{SCHEDULES}/{schedule.public}"
    assert as_owner.post(f"{here}/pause").url == here
    assert "It is paused: what is due meanwhile is not made up for." in page(as_owner, here)
    assert ">Paused<" in page(as_owner)
    assert as_owner.post(f"{here}/pause").status_code == 409
    assert as_owner.post(f"{here}/resume").url == here
    assert ">On<" in page(as_owner)


def test_deleting_asks_for_the_name(as_owner: Client, owner: object, schedule: Schedule) -> None:
    here = f"{SCHEDULES}/{schedule.public}/delete"
    assert "Write its name to delete it" in page(as_owner, here)
    refused = as_owner.post(here, {"name": "every"})
    assert refused.status_code == 422
    assert "This is not its name. Write “Every night” to delete it." in refused.content.decode()
    assert Schedule.objects.exists()
    assert as_owner.post(here, {"name": " Every night "}).url == SCHEDULES
    assert not Schedule.objects.exists()
    assert AuditEvent.objects.get(verb="schedule.delete").actor == owner


def test_the_runs_of_a_deleted_schedule_stay(as_owner: Client, schedule: Schedule) -> None:
    run = RunFactory(project=schedule.project, schedule=schedule, state="done")
    as_owner.post(f"{SCHEDULES}/{schedule.public}/delete", {"name": "Every night"})
    assert Run.objects.get(pk=run.pk).schedule is None
