"""A project whose text stays inside runs nothing that would show it to an address outside."""

from decimal import Decimal

import pytest

from core.errors import PrefereeError
from core.models import Project, Run, RunState
from core.project_settings import change_settings, settings_of
from core.runs.actions import resume, run_here
from core.runs.inside import would_be_refused
from core.runs.starting import begin_run, record_run, start_run
from core.runs.steps import Destination
from core.schedules.actions import Plan, create_schedule
from tests.core.runs.scripted import scored

pytestmark = pytest.mark.django_db
OUTSIDE = "https://8.8.8.8/v1"
SENTENCE = f"The stage scripted would send text to {OUTSIDE}, and the text of p stays inside."


@pytest.fixture
def outside(step, monkeypatch):
    monkeypatch.setattr(step, "endpoints", lambda *_: [Destination("http://127.0.0.1:8000"), Destination(OUTSIDE)])
    return step


def mark(project: Project, stays: bool = True) -> None:
    Project.objects.filter(pk=project.pk).update(text_stays_inside=stays)
    project.refresh_from_db()


def switch(project: Project) -> None:
    now = settings_of(project)
    wanted = {name: getattr(now, name) for name in now.__slots__} | {"text_stays_inside": True}
    change_settings(project, type(now)(**wanted), seen=now.mark)


def test_a_run_that_would_send_text_outside_is_refused_by_stage_and_address(project, outside, prompts):
    prompts(1)
    mark(project)
    with pytest.raises(PrefereeError, match="stays inside") as refused:
        start_run(project, "scripted", {})
    assert str(refused.value).startswith(SENTENCE)
    assert not Run.objects.exists()


def test_another_project_may(project, outside, begin, prompts):
    prompts(1)
    run, _ = begin()
    assert run_here(run).state == RunState.DONE


def test_a_step_that_stays_inside_runs(project, step, prompts, begin, monkeypatch):
    ids = prompts(2)
    monkeypatch.setattr(step, "endpoints", lambda project, config: [Destination("http://127.0.0.1:8000")])
    mark(project)
    run, _ = begin()
    assert (run_here(run).state, scored()) == (RunState.DONE, ids)


def test_a_run_that_waited_while_the_mark_was_set_is_refused_when_it_begins(project, outside, prompts):
    prompts(1)
    run = record_run(project, "scripted", {})
    mark(project)
    begin_run(Run.objects.get(pk=run.pk))
    run.refresh_from_db()
    assert (run.state, run.error[: len(SENTENCE)]) == (RunState.FAILED, SENTENCE)
    assert outside.seen == []


def test_a_run_that_goes_is_paused_when_the_mark_is_set(project, outside, begin, prompts):
    prompts(1)
    run, _ = begin()
    switch(project)
    run.refresh_from_db()
    assert (run.state, run.error[: len(SENTENCE)]) == (RunState.PAUSED, SENTENCE)


def test_resumed_all_the_same_it_sends_nothing(project, outside, begin, prompts):
    prompts(1)
    run, _ = begin()
    switch(project)
    run.refresh_from_db()
    resume(run)
    run_here(run)
    assert (run.state, outside.seen) == (RunState.FAILED, [])
    assert SENTENCE in run.error


def test_what_would_be_refused_is_listed_before(project, outside, begin, prompts):
    prompts(1)
    begin()
    create_schedule(project, Plan("Every night", "scripted", "0 2 * * *"))
    create_schedule(project, Plan("Compare", "compare", "0 2 * * *"))
    assert [name for name, _ in would_be_refused(project)] == [
        "Recipe scripted",
        "Schedule Every night",
        "Run of scripted",
    ]
    assert all(OUTSIDE in reason for _, reason in would_be_refused(project))


def test_the_list_takes_as_many_queries_for_many(project, outside, begin, prompts, django_assert_num_queries):
    prompts(1)
    begin()
    with django_assert_num_queries(6):
        would_be_refused(project)
    for number in range(4):
        begin()
        create_schedule(project, Plan(f"night {number}", "scripted", "0 2 * * *"))
    with django_assert_num_queries(6):
        assert len(would_be_refused(project)) == 10


def test_money_is_no_reason(project, step, prompts, begin):
    """The two limits know nothing of each other."""
    prompts(1)
    step.cost = Decimal(1)
    mark(project)
    run, _ = begin()
    assert run_here(run).state == RunState.DONE
