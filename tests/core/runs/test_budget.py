"""What all runs of a project may cost together."""

from decimal import Decimal

import pytest

from core.errors import Conflict
from core.models import Project, RunState
from core.runs.actions import resume, retry_failed, run_here
from core.runs.budget import spent_of
from core.runs.starting import start_run
from core.runs.steps import Failed
from tests.core.runs.scripted import scored
from tests.factories import RunFactory, StageFactory

pytestmark = pytest.mark.django_db
SENTENCE = (
    "The runs of p have cost 0.60, and its budget is 0.50. Raise the budget in the settings, then resume the run."
)


def allow(project: Project, amount: str) -> None:
    Project.objects.filter(pk=project.pk).update(budget=Decimal(amount))
    project.refresh_from_db()


@pytest.fixture
def spent(project, step, prompts, begin):
    """A run of 40 inputs at 0.03 each that has met a budget of 0.50."""
    prompts(40)
    step.cost = Decimal("0.03")
    allow(project, "0.50")
    run, _ = begin()
    return run_here(run)


def test_a_run_pauses_when_all_have_cost_what_they_may(spent):
    assert (spent.state, spent.error, len(scored())) == (RunState.PAUSED, SENTENCE, 20)


def test_what_other_runs_have_cost_counts_and_other_projects_do_not(project, step, prompts, begin):
    prompts(20)
    step.cost = Decimal("0.03")
    StageFactory(run=RunFactory(project=project, state="failed"), cost=Decimal("0.30"))
    StageFactory(cost=Decimal(100))
    allow(project, "0.50")
    run, _ = begin()
    assert run_here(run).state == RunState.PAUSED
    assert (spent_of(project), len(scored())) == (Decimal("0.6000"), 10)


def test_the_next_run_pauses_before_it_has_cost_anything(spent, project, begin, step):
    seen = len(step.seen)
    run, stage = begin()
    assert (run.state, run.error, stage.started) == (RunState.PAUSED, SENTENCE, None)
    assert len(step.seen) == seen


def test_resuming_is_refused_with_the_sentence_until_the_budget_is_raised(spent, project):
    with pytest.raises(Conflict) as refused:
        resume(spent)
    assert str(refused.value) == SENTENCE
    spent.refresh_from_db()
    assert spent.state == RunState.PAUSED
    allow(project, "5")
    resume(type(spent).objects.get(pk=spent.pk))
    spent.refresh_from_db()
    assert run_here(spent).state == RunState.DONE
    assert len(scored()) == 40


def test_a_run_that_was_paused_at_its_start_goes_on_whole(spent, project, begin):
    run, _ = begin()
    allow(project, "5")
    resume(type(run).objects.get(pk=run.pk))
    run.refresh_from_db()
    assert run_here(run).state == RunState.DONE


def test_what_costs_nothing_goes_on(spent, project):
    """Nobody may be kept from labels and exports because models were dear."""
    assert run_here(start_run(project, "compare", {})).state == RunState.DONE


def test_retrying_what_failed_is_no_way_around(project, step, prompts, begin):
    prompts(10)
    step.cost = Decimal("0.06")
    step.act = lambda one: Failed(one, ValueError("odd")) if one % 10 == 0 else None
    allow(project, "0.50")
    run, _ = begin()
    run_here(run)
    assert run.state in (RunState.FAILED, RunState.DONE)
    retry_failed(run)
    run.refresh_from_db()
    assert run.state == RunState.PAUSED
    assert "its budget is 0.50" in run.error


def test_without_a_budget_nothing_is_asked(project, step, prompts, begin):
    prompts(1)
    step.cost = Decimal(1000)
    run, _ = begin()
    assert run_here(run).state == RunState.DONE
