"""The step `aggregate`: labels are what the judgments say now."""

import pytest

from core.models import Judgment, Label, RunState
from core.runs.actions import run_here
from core.runs.starting import start_run
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory()


def aggregated(project, **values):
    run = run_here(start_run(project, "aggregate", values))
    assert run.state == RunState.DONE
    return run.stages.get()


def test_every_judged_comparison_is_labelled_and_others_are_not(project):
    judged, _ = ComparisonFactory.create_batch(2, project=project)
    JudgmentFactory(comparison=judged)
    JudgmentFactory()
    assert aggregated(project).total == 1
    label = Label.objects.get()
    assert (label.comparison, label.ranks, label.tier) == (judged, [1, 2], "judges")


def test_a_label_whose_judgments_are_gone_goes_too(project):
    comparison = ComparisonFactory(project=project)
    JudgmentFactory(comparison=comparison)
    aggregated(project)
    Judgment.objects.update(live=False)
    aggregated(project)
    assert not Label.objects.exists()


def test_whose_votes_count_can_be_said(project):
    comparison = ComparisonFactory(project=project)
    JudgmentFactory(comparison=comparison, ranks=[2, 1])
    JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project, kind="human"), ranks=[1, 2])
    for sources in ("people_first", "judges"):
        aggregated(project, sources=sources)
    assert dict(Label.objects.values_list("policy", "ranks")) == {"majority": [1, 2], "majority:judges": [2, 1]}


def test_twice_is_once(project):
    JudgmentFactory(comparison=ComparisonFactory(project=project))
    aggregated(project)
    before = list(Label.objects.values())
    aggregated(project)
    assert list(Label.objects.values()) == before
