"""The step `people`: a run goes on when people have judged what waited for them."""

import pytest

from core.models import RunState
from core.runs.actions import run_here, sweep
from core.runs.starting import start_run
from core.steps.people import People, PeopleConfig
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory()


def judge(comparison, kind="human", **fields):
    return JudgmentFactory(
        comparison=comparison, judge=JudgeFactory(project=comparison.project, kind=kind), order=None, **fields
    )


def test_the_run_is_parked_until_every_comparison_has_the_people_it_wants(project):
    first, second = ComparisonFactory(project=project, votes_wanted=2), ComparisonFactory(project=project)
    judge(first)
    judge(ComparisonFactory(project=project, votes_wanted=1))
    run = run_here(start_run(project, "people", {}))
    stage = run.stages.get()
    assert (run.state, stage.total, stage.done) == (RunState.PARKED, 2, 0)
    judge(second, kind="ai")
    judge(first, status="skipped", ranks=None)
    sweep()
    assert run.stages.get().done == 0, "neither a model nor somebody who skipped has judged"
    judge(second)
    sweep()
    run.refresh_from_db()
    assert (run.state, run.stages.get().done) == (RunState.PARKED, 1)
    judge(first)
    sweep()
    run.refresh_from_db()
    assert (run.state, run.stages.get().done) == (RunState.DONE, 2)


def test_a_share_may_be_enough(project):
    comparisons = ComparisonFactory.create_batch(4, project=project)
    run = run_here(start_run(project, "people", {"share": 0.5}))
    judge(comparisons[0])
    sweep()
    run.refresh_from_db()
    assert run.state == RunState.PARKED
    judge(comparisons[1])
    sweep()
    run.refresh_from_db()
    assert (run.state, run.stages.get().done, run.stages.get().total) == (RunState.DONE, 2, 4)


def test_more_people_can_be_wanted_than_the_comparison_does(project):
    judge(ComparisonFactory(project=project, votes_wanted=0))
    assert People().plan(project, PeopleConfig()) == {"comparisons to wait for": 0}
    assert People().plan(project, PeopleConfig(votes=2)) == {"comparisons to wait for": 1}
    assert run_here(start_run(project, "people", {})).state == RunState.DONE
    assert run_here(start_run(project, "people", {"votes": 2})).state == RunState.PARKED


def test_what_comes_later_is_not_waited_for(project):
    comparison = ComparisonFactory(project=project)
    run = run_here(start_run(project, "people", {}))
    ComparisonFactory(project=project)
    judge(comparison)
    sweep()
    run.refresh_from_db()
    assert run.state == RunState.DONE
