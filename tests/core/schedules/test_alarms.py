"""Which schedules need somebody, until a later run goes well."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from core.models import Schedule
from core.schedules.alarms import alarm_of, alarms_of
from tests.core.schedules.conftest import night
from tests.factories import RunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ran(scheduled, project):
    """The sentences of the alarms after runs that ended like this, night after night."""
    schedule = scheduled()

    def alarmed(*states: str, error: str = "It broke.") -> list[str]:
        for number, state in enumerate(states, start=1):
            said = error if state in ("failed", "paused") else ""
            RunFactory(project=project, schedule=schedule, due=night(number), state=state, error=said)
        return [alarm.sentence for alarm in alarms_of(project)]

    return alarmed


@pytest.mark.parametrize(
    "states",
    [(), ("done",), ("parked",), ("running",), ("failed", "done"), ("failed", "parked"), ("paused", "done")],
)
def test_all_is_well(ran, states):
    assert ran(*states) == []


@pytest.mark.parametrize(
    "states",
    [
        ("failed",),
        ("paused",),
        ("done", "failed"),
        ("failed", "running"),
        ("failed", "queued"),
        ("failed", "cancelled"),
    ],
)
def test_somebody_is_needed_until_a_later_run_goes_well(ran, states):
    assert ran(*states) == ["It broke."]


def test_a_run_that_somebody_paused_is_no_alarm(ran):
    assert ran("paused", error="") == []


def test_what_was_skipped_stands_before_what_ran(ran, project):
    Schedule.objects.update(note="Skipped the run that was due.")
    assert ran("done") == ["Skipped the run that was due."]
    assert [alarm.word for alarm in alarms_of(project)] == ["Skipped"]


@pytest.mark.parametrize(
    ("note", "state", "word"),
    [("The run could not start.", "done", "Did not start"), ("", "failed", "Failed"), ("", "paused", "Paused")],
)
def test_a_word_says_what_happened(ran, project, note, state, word):
    Schedule.objects.update(note=note)
    ran(state)
    assert [alarm.word for alarm in alarms_of(project)] == [word]


def test_other_projects_stay_there(ran, project):
    ran("failed")
    other = RunFactory(state="failed", error="Theirs.")
    assert [alarm.sentence for alarm in alarms_of(project)] == ["It broke."]
    assert alarms_of(other.project) == []


def test_the_count_of_queries_does_not_grow(ran, scheduled, project, django_assert_num_queries):
    ran("failed")
    for name in "abcd":
        RunFactory(project=project, schedule=scheduled(name=name), due=night(1), state="failed", error="x")
    with django_assert_num_queries(2):
        assert len([(alarm.page, alarm.word) for alarm in alarms_of(project)]) == 5


def test_the_alarm_of_one(ran):
    ran("failed")
    assert alarm_of(Schedule.objects.get()).sentence == "It broke."


def test_a_time_that_nobody_looked_at_is_an_alarm_until_somebody_does(ran, project):
    ran("done")
    Schedule.objects.update(next_due=timezone.now() - timedelta(minutes=4))
    assert alarms_of(project) == []
    Schedule.objects.update(next_due=datetime(2026, 5, 1, 2, tzinfo=UTC))
    (alarm,) = alarms_of(project)
    assert alarm.word == "Overdue"
    assert alarm.sentence.startswith("Overdue since 1 May 2026, 02:00: nothing looks what is due.")
    Schedule.objects.update(enabled=False)
    assert alarms_of(project) == []
