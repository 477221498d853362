"""The buttons of a run's page."""

from decimal import Decimal

import pytest
from django.test import Client

from core.models import AuditEvent, Project, Role, Run, User
from tests.core.views.conftest import logged_in
from tests.factories import FailureFactory, MembershipFactory, RecipeFactory, RunFactory, ShardFactory, StageFactory


def a_run(project: Project, state: str, **fields: object) -> Run:
    return RunFactory(project=project, recipe=RecipeFactory(project=project), state=state, **fields)


def address(run: Run, verb: str = "") -> str:
    return f"/p/helpful/runs/{run.public}" + (f"/{verb}" if verb else "")


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("pause", "running", "paused"),
        ("pause", "parked", "paused"),
        ("resume", "paused", "running"),
        ("cancel", "running", "cancelled"),
        ("cancel", "queued", "cancelled"),
    ],
)
def test_a_button_does_what_it_says_and_leads_back(
    as_owner: Client, owner: User, project: Project, verb: str, before: str, after: str
) -> None:
    run = a_run(project, before)
    StageFactory(run=run, number=1, state="running", total=1)
    ShardFactory(stage=run.stages.get())
    response = as_owner.post(address(run, verb))
    assert response.status_code == 302
    assert response["Location"] == address(run)
    run.refresh_from_db()
    assert run.state == after
    assert AuditEvent.objects.get(verb=f"run.{verb}").actor == owner


def test_retry_gives_what_failed_another_try(as_owner: Client, project: Project) -> None:
    run = a_run(project, "done")
    stage = StageFactory(run=run, number=1, state="done", total=2, done=1, failed=1)
    ShardFactory(stage=stage, state="done")
    FailureFactory(stage=stage, input=7)
    assert as_owner.post(address(run, "retry"))["Location"] == address(run)
    run.refresh_from_db()
    assert run.state == "running"
    assert [shard.inputs for shard in stage.shards.filter(state="queued")] == [[7]]


def test_again_leads_to_the_new_run(as_owner: Client, owner: User, project: Project) -> None:
    run = a_run(project, "failed", settings={"pairs": 2})
    response = as_owner.post(address(run, "again"))
    made = Run.objects.exclude(pk=run.pk).get()
    assert response["Location"] == address(made)
    assert (made.settings, made.created_by) == ({"pairs": 2}, owner)


@pytest.mark.parametrize(
    ("verb", "state"), [("pause", "done"), ("resume", "running"), ("cancel", "failed"), ("retry", "running")]
)
def test_what_does_not_fit_the_state_is_said_on_the_page(
    as_owner: Client, project: Project, verb: str, state: str
) -> None:
    run = a_run(project, state)
    response = as_owner.post(address(run, verb))
    assert response.status_code == 409
    html = response.content.decode()
    assert f"The run is {state}, so this cannot be done." in html or "Nothing has failed in this run" in html
    assert 'id="stages"' in html


def paused_by_cost(project: Project) -> Run:
    run = a_run(project, "paused", max_cost=5)
    StageFactory(run=run, number=1, state="running", total=1, cost="5.03")
    ShardFactory(stage=run.stages.get())
    return run


def test_a_run_goes_on_with_a_higher_limit(as_owner: Client, project: Project) -> None:
    run = paused_by_cost(project)
    assert as_owner.post(address(run, "resume"), {"max_cost": "7.50"}).status_code == 302
    run.refresh_from_db()
    assert (run.state, run.max_cost) == ("running", Decimal("7.5"))


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Write an amount above 5.0300, which the run has cost already."),
        ("5.03", "Write an amount above 5.0300, which the run has cost already."),
        ("much", "Write an amount like 5 or 2.50."),
        ("-1", "Write an amount like 5 or 2.50."),
        ("NaN", "Write an amount like 5 or 2.50."),
        ("1e99", "Write an amount like 5 or 2.50."),
    ],
)
def test_a_limit_that_does_not_help_is_refused_beside_its_field(
    as_owner: Client, project: Project, typed: str, error: str
) -> None:
    run = paused_by_cost(project)
    response = as_owner.post(address(run, "resume"), {"max_cost": typed})
    assert response.status_code == 422
    html = response.content.decode()
    assert error in html
    assert f'value="{typed}"' in html
    run.refresh_from_db()
    assert run.state == "paused"


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel", "retry", "again"])
def test_reading_is_not_enough(project: Project, verb: str) -> None:
    run = a_run(project, "running")
    reviewer = logged_in(MembershipFactory(project=project, role=Role.REVIEWER).user)
    assert reviewer.post(address(run, verb)).status_code == 403
    run.refresh_from_db()
    assert run.state == "running"
    assert Run.objects.count() == 1
