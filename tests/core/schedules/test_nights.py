"""Every night at two: judge what is new, then people audit. Five nights are played; the first audit stays open."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from core.models import Comparison, Judgment, Project, Run, RunState, Schedule, StageState
from core.recipes.shelf import Text, keep
from core.runs.actions import run_here, sweep
from core.runs.starting import begin_run
from core.schedules.actions import Plan, create_schedule
from core.schedules.firing import fire
from core.schedules.times import next_times
from tests.core.schedules.conftest import night
from tests.factories import JudgeFactory, JudgmentFactory

pytestmark = pytest.mark.django_db
NEW = [5, 3, 1, 4, 2]
RECIPE = """
recipe: nightly
summary: Judge what is new, then wait until people have looked at it.
stages:
  - uses: reference
  - uses: people
    name: audit
"""


@pytest.fixture
def nightly(project: Project) -> Callable[..., Schedule]:
    """Every night at two in the project's time zone, from the first night on."""

    def made(zone: str = "UTC", first: str = "2031-05-01", **said: str) -> Schedule:
        Project.objects.filter(pk=project.pk).update(time_zone=zone)
        project.refresh_from_db()
        keep(project, Text("nightly", RECIPE, "nightly"), None)
        schedule = create_schedule(project, Plan("Every night", "nightly", "0 2 * * *", **said))
        due = next_times("0 2 * * *", zone, datetime.fromisoformat(f"{first}T00:00+00:00") - timedelta(hours=4), 1)
        Schedule.objects.filter(pk=schedule.pk).update(next_due=due[0])
        schedule.refresh_from_db()
        return schedule

    return made


def judged(run: Run) -> int:
    return run.stages.get(name="reference").done


def open_audit(run: Run) -> bool:
    return run.stages.get(name="audit").state == StageState.PARKED


def test_five_nights_with_an_audit_that_stays_open(project, nightly, prompts):
    schedule = nightly()
    runs = []
    for number, new in enumerate(NEW, start=1):
        prompts(new)
        run = fire(schedule.pk, night(number))
        assert run is not None, f"night {number} did not run"
        runs.append(run_here(run))
        sweep()
    assert [judged(run) for run in runs] == NEW
    assert [run.due for run in runs] == [night(number) for number in range(1, 6)]
    assert Judgment.objects.filter(judge__name="reference").count() == Comparison.objects.count() == sum(NEW)
    for run in runs:
        run.refresh_from_db()
        assert (run.state, open_audit(run)) == (RunState.PARKED, True)
    schedule.refresh_from_db()
    assert (schedule.note, schedule.next_due) == ("", night(6))


def test_each_night_judges_exactly_what_came_since(nightly, prompts, project):
    schedule = nightly()
    known: set[int] = set()
    for number, new in enumerate(NEW, start=1):
        prompts(new)
        run_here(fire(schedule.pk, night(number)))
        there = set(Judgment.objects.filter(judge__name="reference").values_list("comparison", flat=True))
        assert known < there == set(project.comparisons.values_list("pk", flat=True))
        assert len(there - known) == new
        known = there


def test_people_end_the_audit_of_the_first_night_and_that_run_alone_is_done(nightly, prompts):
    schedule = nightly()
    runs = []
    for number in (1, 2):
        prompts(2)
        runs.append(run_here(fire(schedule.pk, night(number))))
    first = sorted(Comparison.objects.values_list("pk", flat=True))[:2]
    human = JudgeFactory(project=schedule.project, kind="human")
    for comparison in Comparison.objects.filter(pk__in=first):
        JudgmentFactory(comparison=comparison, judge=human)
    sweep()
    for run in runs:
        run.refresh_from_db()
    assert [run.state for run in runs] == [RunState.DONE, RunState.PARKED]


def test_a_night_without_anything_new_judges_nothing_and_is_well(nightly, prompts):
    schedule = nightly()
    prompts(3)
    for number in (1, 2):
        run = run_here(fire(schedule.pk, night(number)))
    assert (judged(run), run.state) == (0, RunState.PARKED)


@pytest.mark.parametrize(
    ("overlap", "started", "counts"),
    [
        ("skip", [1, 4, 5], [5, 8, 2]),
        ("queue", [1, 2, 4, 5], [5, 4, 4, 2]),
        ("allow", [1, 2, 3, 4, 5], [5, 3, 1, 4, 2]),
    ],
)
def test_five_nights_with_a_first_run_that_really_goes(nightly, prompts, overlap, started, counts):
    """The first run goes until the fourth night: what is skipped, what waits, and what goes beside it."""
    schedule = nightly(overlap=overlap)
    prompts(NEW[0])
    first = fire(schedule.pk, night(1))
    runs = [first]
    for number in (2, 3):
        prompts(NEW[number - 1])
        if run := fire(schedule.pk, night(number)):
            runs.append(run)
            if run.state != RunState.QUEUED:
                run_here(run)
    run_here(first)
    sweep()
    for run in runs:
        run.refresh_from_db()
        assert run.state != RunState.QUEUED
        run_here(run)
    for number in (4, 5):
        prompts(NEW[number - 1])
        runs.append(run_here(fire(schedule.pk, night(number))))
    assert [run.due for run in runs] == [night(number) for number in started]
    assert [judged(run) for run in runs] == counts
    assert Judgment.objects.filter(judge__name="reference").count() == sum(NEW)
    assert not begin_run(first)


@pytest.mark.parametrize(
    ("first", "dues"),
    [
        ("2031-03-28", ["03-28 01:00", "03-29 01:00", "03-30 01:00", "03-31 00:00", "04-01 00:00"]),
        ("2031-10-24", ["10-24 00:00", "10-25 00:00", "10-26 00:00", "10-27 01:00", "10-28 01:00"]),
    ],
    ids=["02:00 does not exist on 30 March", "02:00 exists twice on 26 October"],
)
def test_nights_when_the_clocks_change(nightly, prompts, first, dues):
    schedule = nightly("Europe/Zurich", first)
    assert f"{schedule.next_due:%m-%d %H:%M}" == dues[0]
    at = schedule.next_due
    while at < schedule.next_due + timedelta(days=4, hours=12):
        if not Run.objects.filter(due__date=at.date()).exists():
            prompts(1)
        if run := fire(schedule.pk, at):
            run_here(run)
        at += timedelta(minutes=30)
    found = Run.objects.order_by("due")
    assert [f"{run.due:%m-%d %H:%M}" for run in found] == dues
    assert all(judged(run) >= 1 for run in found)
