"""What is due starts a run, once, under the latest time that passed; the policy says what happens beside another."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.models import Project, Recipe, Run, RunState, Schedule
from core.runs import steps
from core.runs.actions import cancel, pause, resume, run_here, sweep
from core.runs.starting import record_run
from core.schedules import firing
from core.schedules.actions import pause_schedule
from core.schedules.firing import fire, fire_due
from core.tasks import fire_schedule
from tests.core.schedules.conftest import night
from tests.factories import RunFactory, UserFactory

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def now_is(schedule: Schedule) -> Schedule:
    schedule.refresh_from_db()
    return schedule


def dues(schedule: Schedule) -> list[object]:
    return list(Run.objects.filter(schedule=schedule).order_by("due").values_list("due", flat=True))


def test_the_run_has_what_the_schedule_says(scheduled, prompts):
    prompts(2)
    ann = UserFactory()
    schedule = scheduled(settings={"times": 3}, max_cost=2)
    Schedule.objects.filter(pk=schedule.pk).update(created_by=ann)
    run = fire(schedule.pk, night(1))
    assert (run.schedule, run.due, run.state) == (schedule, night(1), RunState.RUNNING)
    assert (run.only_new, run.max_cost, run.created_by, run.settings) == (True, 2, ann, {"times": 3})
    assert run.stages.get().config == {"times": 3}
    assert now_is(schedule).next_due == night(2)


@pytest.mark.parametrize("early", [timedelta(microseconds=1), timedelta(hours=3)])
def test_a_bell_that_comes_early_starts_nothing(scheduled, early):
    schedule = scheduled()
    assert fire(schedule.pk, night(1) - early) is None
    assert (now_is(schedule).next_due, dues(schedule)) == (night(1), [])


def test_twice_is_once(scheduled):
    schedule = scheduled()
    assert [bool(fire(schedule.pk, night(1) + SECOND * n)) for n in range(3)] == [True, False, False]
    assert dues(schedule) == [night(1)]


def test_a_due_time_that_has_its_run_already_gets_no_second_one(scheduled):
    schedule = scheduled()
    fire(schedule.pk, night(1))
    Schedule.objects.filter(pk=schedule.pk).update(next_due=night(1))
    assert fire(schedule.pk, night(1)) is None
    assert (dues(schedule), now_is(schedule).next_due) == ([night(1)], night(2))


@pytest.mark.parametrize("schedule_id", [0, 10**9])
def test_a_schedule_that_is_gone_is_no_error(db, schedule_id):
    fire_schedule(schedule_id)


def test_a_paused_schedule_is_silent(scheduled):
    schedule = scheduled()
    pause_schedule(schedule)
    Schedule.objects.filter(pk=schedule.pk).update(next_due=night(1))
    assert fire(schedule.pk, night(1)) is None
    assert fire_due(night(3)) == []


def test_one_run_makes_up_for_all_the_times_when_everything_was_down(scheduled):
    schedule = scheduled()
    run = fire(schedule.pk, night(4) + timedelta(hours=7))
    assert (run.due, dues(schedule)) == (night(4), [night(4)])
    assert now_is(schedule).next_due == night(5)


def test_without_another_clock_it_is_the_databases(scheduled):
    schedule = scheduled(cron="* * * * *")
    assert fire(schedule.pk) is None
    Schedule.objects.filter(pk=schedule.pk).update(next_due=timezone.now() - timedelta(minutes=5))
    run = fire(schedule.pk)
    assert timezone.now() - timedelta(minutes=2) < run.due <= timezone.now()
    assert now_is(schedule).next_due > run.due


def test_a_lost_bell_costs_one_sweep(scheduled, step):
    from core.tasks import sweep as swept

    schedule = scheduled()
    Schedule.objects.filter(pk=schedule.pk).update(next_due=timezone.now())
    swept()
    swept()
    assert len(dues(schedule)) == 1


def test_the_sweep_goes_through_all_that_is_due(scheduled):
    for name in "abc":
        scheduled(name=name)
    assert {run.schedule.name for run in fire_due(night(1))} == {"a", "b", "c"}


@pytest.fixture
def going(scheduled, prompts, step):
    """A schedule whose run of the first night goes, with one prompt left to do."""

    def made(overlap: str) -> tuple[Schedule, Run]:
        prompts(1)
        schedule = scheduled(overlap=overlap)
        return schedule, fire(schedule.pk, night(1))

    return made


@pytest.mark.parametrize("state", ["running", "paused", "queued"])
def test_skip_says_which_run_still_goes(going, state):
    schedule, run = going("skip")
    Run.objects.filter(pk=run.pk).update(state=state)
    assert fire(schedule.pk, night(2)) is None
    assert now_is(schedule).note == (
        "Skipped the run that was due on 2 May 2031, 02:00: the run of 1 May 2031, 02:00 still goes."
    )
    assert (schedule.next_due, dues(schedule)) == (night(3), [night(1)])


@pytest.mark.parametrize("overlap", ["skip", "queue", "allow"])
@pytest.mark.parametrize("state", ["parked", "done", "failed", "cancelled"])
def test_a_run_that_waits_for_people_or_is_over_is_not_in_the_way(going, overlap, state):
    schedule, run = going(overlap)
    Run.objects.filter(pk=run.pk).update(state=state)
    assert fire(schedule.pk, night(2)).state == RunState.RUNNING


def test_times_are_told_in_the_projects_zone(going, project):
    schedule, _ = going("skip")
    Project.objects.filter(pk=project.pk).update(time_zone="Europe/Zurich")
    fire(schedule.pk, night(2))
    assert "due on 2 May 2031, 04:00: the run of 1 May 2031, 04:00 still" in now_is(schedule).note


def test_the_note_goes_when_a_run_starts(going):
    schedule, run = going("skip")
    fire(schedule.pk, night(2))
    run_here(run)
    assert fire(schedule.pk, night(3)) is not None
    assert now_is(schedule).note == ""


def test_allow_starts_beside_the_other(going):
    schedule, first = going("allow")
    second = fire(schedule.pk, night(2))
    assert (second.started is not None, first.state) == (True, RunState.RUNNING)


def test_a_run_that_was_recorded_beside_another_and_then_forgotten_is_begun_by_the_sweep(going, monkeypatch):
    schedule, _ = going("allow")
    with monkeypatch.context() as dying:
        dying.setattr(firing, "begin_run", lambda run: None)
        second = fire(schedule.pk, night(2))
    sweep()
    second.refresh_from_db()
    assert second.started is not None


def test_a_run_that_no_schedule_started_waits_for_nobody(going, project):
    going("queue")
    run = record_run(project, "scripted", {})
    sweep()
    run.refresh_from_db()
    assert run.started is not None


def test_queue_waits_and_no_more_than_one_does(going):
    schedule, first = going("queue")
    second = fire(schedule.pk, night(2))
    assert second.state == RunState.QUEUED
    assert fire(schedule.pk, night(3)) is None
    assert now_is(schedule).note == (
        "Skipped the run that was due on 3 May 2031, 02:00:"
        " the run of 2 May 2031, 02:00 waits already, and no more than one may."
    )
    sweep()
    second.refresh_from_db()
    assert second.state == RunState.QUEUED
    pause(first)
    sweep()
    second.refresh_from_db()
    assert second.state == RunState.QUEUED, "a paused run goes on some day"
    resume(first)


@pytest.mark.django_db(transaction=True)
def test_the_end_of_the_other_begins_what_waits(going):
    schedule, first = going("queue")
    second = fire(schedule.pk, night(2))
    run_here(first)
    second.refresh_from_db()
    assert second.state != RunState.QUEUED
    assert second.started >= first.finished


def test_what_waits_for_a_run_that_is_cancelled_is_begun_by_the_sweep(going):
    schedule, first = going("queue")
    second = fire(schedule.pk, night(2))
    cancel(first)
    sweep()
    second.refresh_from_db()
    assert second.state != RunState.QUEUED


def test_other_schedules_are_not_in_the_way(going, scheduled):
    going("skip")
    other = scheduled(name="Other")
    RunFactory(project=other.project, state="running")
    assert fire(other.pk, night(1)).started is not None


def test_a_recipe_that_no_longer_fits_is_noted_and_tried_again_next_time(scheduled, step, monkeypatch):
    schedule = scheduled()
    with monkeypatch.context() as renamed:
        renamed.delitem(steps._steps, "scripted")
        assert fire(schedule.pk, night(1)) is None
    note = now_is(schedule).note
    assert note.startswith("The run that was due on 1 May 2031, 02:00 could not start: There is no recipe “scripted”.")
    assert (schedule.untold, schedule.next_due, dues(schedule)) == (True, night(2), [])
    assert fire(schedule.pk, night(2)) is not None
    assert (now_is(schedule).note, schedule.untold) == ("", False)


def test_a_setting_that_no_longer_fits_is_noted(scheduled):
    schedule = scheduled()
    Schedule.objects.filter(pk=schedule.pk).update(settings={"scripted.times": "many"})
    assert fire(schedule.pk, night(1)) is None
    assert "could not start: The setting scripted: times: Input should be" in now_is(schedule).note
    assert not Recipe.objects.exists()


def test_a_defect_is_noted_once_and_holds_up_nobody(scheduled, monkeypatch, caplog):
    broken, sound = scheduled(name="Broken"), scheduled(name="Sound")

    def breaks(*args: object, **said: object) -> Run:
        if said["schedule"] == broken:
            raise ZeroDivisionError("bug")
        return record_run(*args, **said)

    monkeypatch.setattr(firing, "record_run", breaks)
    assert [run.schedule for run in fire_due(night(1))] == [sound]
    assert "could not start: ZeroDivisionError: bug" in now_is(broken).note
    assert "ZeroDivisionError" in caplog.text
    assert broken.next_due == night(2)


def test_a_database_that_is_away_leaves_the_time_due(scheduled, monkeypatch):
    from django.db import OperationalError

    schedule = scheduled()

    def away(*args: object, **said: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as down:
        down.setattr(firing, "record_run", away)
        with pytest.raises(OperationalError):
            fire(schedule.pk, night(1))
    assert now_is(schedule).next_due == night(1)
    assert fire(schedule.pk, night(1)) is not None


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_start_one_run(scheduled, prompts):
    prompts(1)
    schedule = scheduled()
    gate, found = threading.Barrier(6), []

    def work() -> None:
        try:
            gate.wait(timeout=20)
            found.append(fire(schedule.pk, night(1)))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert [run.due for run in found if run] == dues(schedule) == [night(1)]
