"""Schedules are created, changed, paused, resumed and deleted; each is on record, and beat knows of it."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from config.celery import app
from core.errors import Conflict, PrefereeError
from core.models import AuditEvent, Project, Run, RunState, Schedule
from core.schedules.actions import (
    Plan,
    change_schedule,
    create_schedule,
    delete_schedule,
    follow_time_zone,
    pause_schedule,
    resume_schedule,
)
from core.schedules.times import CronError
from tests.factories import RunFactory, UserFactory

pytestmark = pytest.mark.django_db
PLAN = Plan("Nightly", "scripted", "0 2 * * *")


def changed(**said: object) -> Plan:
    return Plan(**{"name": "Nightly", "recipe": "scripted", "cron": "0 2 * * *", **said})


def test_a_schedule_keeps_what_was_said_and_knows_its_next_time(project, step):
    Project.objects.filter(pk=project.pk).update(time_zone="Asia/Kathmandu")
    project.refresh_from_db()
    ann = UserFactory()
    plan = changed(name="  Every\nnight ", settings={"scripted.times": 2}, overlap="queue", max_cost=Decimal("1.5"))
    schedule = Schedule.objects.get(pk=create_schedule(project, plan, by=ann).pk)
    assert (schedule.name, schedule.recipe, schedule.cron) == ("Every night", "scripted", "0 2 * * *")
    assert (schedule.settings, schedule.overlap, schedule.max_cost) == ({"scripted.times": 2}, "queue", Decimal("1.5"))
    assert (schedule.only_new, schedule.enabled, schedule.created_by) == (True, True, ann)
    assert timezone.now() < schedule.next_due <= timezone.now() + timedelta(days=1)
    assert (schedule.next_due.hour, schedule.next_due.minute) == (20, 15)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": " "}, "The name has 0 characters"),
        ({"name": "n" * 81}, "The name has 81 characters"),
        ({"recipe": "nowhere"}, "There is no recipe “nowhere”"),
        ({"settings": {"times": "many"}}, "The setting scripted: times"),
        ({"settings": {"colour": "red"}}, "colour"),
        ({"cron": "0 25 * * *"}, "The hour “25” does not fit"),
        ({"cron": "nightly"}, "has 1 fields"),
        ({"overlap": "shrug"}, "“shrug” is no way to overlap"),
        ({"max_cost": Decimal(0)}, "not above zero"),
    ],
)
def test_what_does_not_fit_leaves_no_row(project, step, said, sentence):
    with pytest.raises(PrefereeError, match=sentence):
        create_schedule(project, changed(**said))
    assert not Schedule.objects.exists()
    assert not PeriodicTask.objects.filter(task="core.fire_schedule").exists()


def test_a_name_is_used_once_in_a_project(project, step, scheduled):
    scheduled()
    other = scheduled(name="Other")
    for verb in (lambda: create_schedule(project, PLAN), lambda: change_schedule(other, PLAN)):
        with pytest.raises(PrefereeError, match="called “Nightly” already"):
            verb()
    assert create_schedule(RunFactory().project, PLAN).name == "Nightly"


def test_a_change_counts_from_now_on(scheduled):
    schedule = scheduled()
    Schedule.objects.filter(pk=schedule.pk).update(note="The run could not start.", untold=True)
    change_schedule(schedule, changed(cron="30 * * * *", only_new=False))
    schedule.refresh_from_db()
    assert (schedule.cron, schedule.only_new, schedule.note, schedule.untold) == ("30 * * * *", False, "", False)
    assert timezone.now() < schedule.next_due <= timezone.now() + timedelta(hours=1)


def test_a_change_by_somebody_who_saw_it_on_does_not_resume_it(scheduled):
    seen = scheduled()
    pause_schedule(Schedule.objects.get(pk=seen.pk))
    change_schedule(seen, changed(name="Renamed"))
    now = Schedule.objects.get(pk=seen.pk)
    assert (now.name, now.enabled, now.next_due) == ("Renamed", False, None)


def test_a_paused_schedule_has_no_next_time_and_a_resumed_one_begins_anew(scheduled):
    schedule = scheduled()
    pause_schedule(schedule)
    assert (schedule.enabled, schedule.next_due, schedule.task.enabled) == (False, None, False)
    resume_schedule(schedule)
    assert (schedule.enabled, schedule.task.enabled) == (True, True)
    assert schedule.next_due > timezone.now()


@pytest.mark.parametrize(("verb", "sentence"), [(resume_schedule, "is on already"), (pause_schedule, "paused already")])
def test_what_is_so_already_is_refused(scheduled, verb, sentence):
    schedule = scheduled()
    if verb is pause_schedule:
        pause_schedule(schedule)
    with pytest.raises(Conflict, match=sentence):
        verb(schedule)


def test_deleting_keeps_the_runs_and_cancels_the_one_that_waits(scheduled):
    schedule = scheduled()
    going, waiting = (RunFactory(project=schedule.project, schedule=schedule, state=s) for s in ("running", "queued"))
    delete_schedule(schedule)
    assert not Schedule.objects.exists()
    states = dict(Run.objects.values_list("pk", "state"))
    assert states == {going.pk: RunState.RUNNING, waiting.pk: RunState.CANCELLED}


def test_what_people_do_is_on_record(scheduled):
    ann = UserFactory()
    schedule = scheduled()
    public = str(schedule.public)
    change_schedule(schedule, PLAN, by=ann)
    for verb in (pause_schedule, resume_schedule, delete_schedule):
        verb(schedule, by=ann)
    events = AuditEvent.objects.filter(actor=ann).order_by("pk").values_list("verb", "target")
    assert list(events) == [(f"schedule.{verb}", public) for verb in ("change", "pause", "resume", "delete")]
    assert AuditEvent.objects.filter(verb="schedule.create", target=public).exists()


def test_beat_has_the_task_at_its_times_in_the_projects_zone(project, scheduled):
    Project.objects.filter(pk=project.pk).update(time_zone="Europe/Zurich")
    project.refresh_from_db()
    schedule = scheduled(cron="15 */3 * * mon-fri")
    task = PeriodicTask.objects.get(task="core.fire_schedule")
    assert (schedule.task, json.loads(task.args), task.enabled) == (task, [schedule.pk], True)
    times = task.crontab
    assert (times.minute, times.hour, times.day_of_month, times.month_of_year, times.day_of_week) == (
        "15", "*/3", "*", "*", "mon-fri",
    )  # fmt: skip
    assert str(times.timezone) == "Europe/Zurich"


def test_beat_follows_every_change(scheduled, project):
    schedule = scheduled()
    change_schedule(schedule, changed(cron="5 4 * * *"))
    task = PeriodicTask.objects.get(task="core.fire_schedule")
    assert (task.crontab.minute, task.crontab.hour) == ("5", "4")
    pause_schedule(schedule)
    task.refresh_from_db()
    assert task.enabled is False
    delete_schedule(schedule)
    assert not PeriodicTask.objects.filter(task="core.fire_schedule").exists()
    assert not CrontabSchedule.objects.filter(minute="5", hour="4").exists()


def test_two_schedules_at_one_time_do_not_share_a_row(scheduled):
    one, other = scheduled(), scheduled(name="Other")
    delete_schedule(one)
    other.refresh_from_db()
    assert other.task.crontab.hour == "2"


def test_another_time_zone_moves_every_schedule(project, scheduled):
    schedule = scheduled(cron="0 12 * * *")
    Project.objects.filter(pk=project.pk).update(time_zone="Asia/Tokyo")
    project.refresh_from_db()
    follow_time_zone(project)
    schedule.refresh_from_db()
    assert schedule.next_due.hour == 3
    assert str(schedule.task.crontab.timezone) == "Asia/Tokyo"


@pytest.mark.django_db(transaction=True)
def test_beats_own_scheduler_reads_them_and_installs_the_sweep(scheduled):
    schedule = scheduled(cron="* * * * *")
    paused = scheduled(name="Paused", cron="* * * * *")
    pause_schedule(paused)
    entries = DatabaseScheduler(app=app).schedule
    assert entries["sweep"].task == "core.sweep"
    entry = entries[f"schedule {schedule.public}"]
    assert (entry.task, list(entry.args)) == ("core.fire_schedule", [schedule.pk])
    assert entry.task in app.tasks
    assert f"schedule {paused.public}" not in entries
    entry.last_run_at = timezone.now() - timedelta(minutes=2)
    assert entry.is_due().is_due


def test_a_line_that_beat_would_not_take_is_refused_before(project, step):
    with pytest.raises(CronError):
        create_schedule(project, changed(cron=f"0 2 {','.join(['1'] * 40)} * *"))
