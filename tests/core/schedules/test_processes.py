"""A real clock and a real worker: what is due runs by itself, though nobody sent a bell for it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import Judgment, Run, RunState, Schedule
from core.schedules.actions import Plan, create_schedule
from tests.core.runs.workers import wait_for, workers

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_sweep_starts_what_is_due_and_the_worker_does_it_once(project, prompts, database_url, tmp_path):
    prompts(3)
    schedule = create_schedule(project, Plan("Every night", "reference", "0 2 * * *"))
    Schedule.objects.filter(pk=schedule.pk).update(next_due=timezone.now() - timedelta(days=3))
    with workers(database_url, f"filesystem://{tmp_path / 'broker'}", tmp_path, ["one", "beat"]) as there:
        wait_for(lambda: Run.objects.filter(state=RunState.DONE).exists(), what=there.logs)
    run = Run.objects.get()
    assert run.schedule == schedule
    assert timezone.now() - timedelta(days=1) < run.due <= timezone.now()
    assert Judgment.objects.count() == 3
    schedule.refresh_from_db()
    assert schedule.next_due > timezone.now()
