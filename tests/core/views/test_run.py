import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import Project, Role, Run, User
from tests.core.views.conftest import logged_in
from tests.factories import FailureFactory, MembershipFactory, RecipeFactory, RunFactory, ScheduleFactory, StageFactory

HTMX = {"HX-Request": "true"}
BUTTONS = {"pause", "resume", "cancel", "retry", "again"}


def a_run(project: Project, state: str, **fields: Any) -> Run:
    return RunFactory(project=project, recipe=RecipeFactory(project=project, name="nightly"), state=state, **fields)


def address(run: Run) -> str:
    return f"/p/{run.project.slug}/runs/{run.public}"


def get(client: Client, run: Run) -> str:
    response = client.get(address(run))
    assert response.status_code == 200
    return response.content.decode()


def buttons(html: str) -> set[str]:
    return BUTTONS & set(re.findall(r'id="(\w+)" type="submit"', html))


def test_a_stage_tells_how_far_it_is(as_owner: Client, project: Project) -> None:
    run = a_run(project, "running", started=timezone.now() - timedelta(seconds=200))
    StageFactory(
        run=run,
        number=1,
        name="judge",
        state="running",
        started=timezone.now() - timedelta(seconds=100),
        total=10_000,
        done=4_990,
        failed=10,
        tokens=1_234_567,
        cost="1.5",
        note="First note.\nSecond note.\n",
    )
    html = get(as_owner, run)
    for told in ("4,990 of 10,000", "1,234,567", "1.50", "First note.", "Second note.", "/s", "left", "10 failed."):
        assert told in html, told


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("queued", {"cancel"}),
        ("running", {"pause", "cancel"}),
        ("parked", {"pause", "cancel", "retry"}),
        ("paused", {"resume", "cancel"}),
        ("done", {"retry", "again"}),
        ("failed", {"retry", "again"}),
        ("cancelled", {"again"}),
    ],
)
def test_only_what_fits_the_state_can_be_done(
    as_owner: Client, project: Project, state: str, offered: set[str]
) -> None:
    run = a_run(project, state)
    StageFactory(run=run, total=3, failed=2)
    html = get(as_owner, run)
    assert buttons(html) == offered
    assert html.partition("<dialog")[0].count("primary") <= 1


def test_without_failures_there_is_nothing_to_retry(as_owner: Client, project: Project) -> None:
    run = a_run(project, "done")
    StageFactory(run=run, total=3, done=3)
    assert buttons(get(as_owner, run)) == {"again"}


def test_a_stage_that_a_permanent_error_stopped_can_be_retried(as_owner: Client, project: Project) -> None:
    run = a_run(project, "failed", error="judge: The key is refused.")
    StageFactory(run=run, state="failed", total=3)
    html = get(as_owner, run)
    assert "The key is refused." in html
    assert "retry" in buttons(html)


def test_those_who_only_read_get_no_buttons(project: Project) -> None:
    viewer = logged_in(MembershipFactory(project=project, role=Role.VIEWER).user)
    assert buttons(get(viewer, a_run(project, "running"))) == set()


@pytest.mark.parametrize(
    ("state", "every"), [("queued", "2s"), ("running", "2s"), ("parked", "10s"), ("paused", "10s")]
)
def test_a_run_that_is_not_over_is_looked_at_again(as_owner: Client, project: Project, state: str, every: str) -> None:
    html = get(as_owner, a_run(project, state))
    assert f'hx-trigger="every {every}"' in html


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_a_run_that_is_over_is_not(as_owner: Client, project: Project, state: str) -> None:
    run = a_run(project, state)
    assert 'hx-trigger="every' not in get(as_owner, run)
    part = as_owner.get(f"{address(run)}?known=running.0", headers=HTMX).content.decode()
    assert "hx-trigger" not in part


def test_htmx_gets_what_moves_and_what_changed(as_owner: Client, project: Project) -> None:
    run = a_run(project, "running")
    stage = StageFactory(run=run, state="running", total=3)
    page = get(as_owner, run)
    (known,) = re.findall(r"\?(known=[^\"]+)", page)
    same = as_owner.get(f"{address(run)}?{known}", headers=HTMX)
    html = same.content.decode()
    assert "HX-Request" in same["Vary"]
    assert 'id="standing"' in html
    assert 'id="stages"' in html
    assert 'id="controls"' not in html
    assert "<html" not in html
    stage.failed = 1
    stage.save()
    FailureFactory(stage=stage, error="Not this one.")
    failing = as_owner.get(f"{address(run)}?{known}", headers=HTMX).content.decode()
    assert "Not this one." in failing
    assert 'id="controls"' not in failing, "a menu that is open would be closed"
    Run.objects.update(state="paused")
    paused = as_owner.get(f"{address(run)}?{known}", headers=HTMX).content.decode()
    assert re.search(r'id="controls"\s+class="actions"\s+hx-swap-oob="true"', paused)


def test_a_parked_run_says_how_many_comparisons_it_waits_for(as_owner: Client, project: Project) -> None:
    run = a_run(project, "parked", schedule=ScheduleFactory(project=project, name="Every night"))
    StageFactory(run=run, name="people", state="parked", total=12, done=5)
    html = get(as_owner, run)
    assert re.search(r"Waits until people have judged 7 more\.\s+<a [^>]*href=\"/p/helpful/work\"", html)
    assert "the schedule <bdi>Every night</bdi>" in html


def test_people_who_do_not_judge_get_no_link_to_the_work_page(project: Project) -> None:
    run = a_run(project, "parked")
    StageFactory(run=run, state="parked", total=12)
    viewer = logged_in(MembershipFactory(project=project, role=Role.VIEWER).user)
    assert "/work" not in get(viewer, run)


def test_a_run_that_its_limit_paused_asks_for_a_higher_one(as_owner: Client, project: Project) -> None:
    run = a_run(project, "paused", max_cost=5, error="The run has cost 5.03, and may cost 5.00.")
    StageFactory(run=run, state="running", total=10, done=5, cost="5.03")
    html = get(as_owner, run)
    assert "The run has cost 5.03, and may cost 5.00." in html
    assert "New cost limit, above 5.03" in html


def test_a_run_that_a_person_paused_asks_for_no_limit(as_owner: Client, project: Project) -> None:
    assert "New cost limit" not in get(as_owner, a_run(project, "paused", max_cost=5))


def test_equal_failures_stand_together(as_owner: Client, project: Project) -> None:
    run = a_run(project, "done")
    stage = StageFactory(run=run, name="judge", total=10, failed=3)
    FailureFactory.create_batch(2, stage=stage, error="Timed out.")
    FailureFactory(stage=stage, error="Too long.")
    html = get(as_owner, run)
    assert html.index("Timed out.") < html.index("Too long.")
    assert f'href="{address(run)}/failures"' in html


def test_settings_and_the_recipe_are_told(as_owner: Client, project: Project) -> None:
    html = get(as_owner, a_run(project, "done", settings={"compare.pairs": 3, "judge.models": ["a"]}, only_new=True))
    for told in ("compare.pairs", "[&quot;a&quot;]", "Only what had no output yet", "version ", "uses"):
        assert told in html, told


def test_a_run_of_another_project_is_not_here(as_owner: Client, project: Project) -> None:
    other = RunFactory()
    assert as_owner.get(f"/p/helpful/runs/{other.public}").status_code == 404


def test_annotators_do_not_see_runs(as_annotator: Client, project: Project) -> None:
    assert as_annotator.get(address(a_run(project, "done"))).status_code == 403


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_the_number_of_queries_does_not_grow_with_the_stages(
    as_owner: Client, owner: User, project: Project, headers: dict[str, str], django_assert_max_num_queries: Any
) -> None:
    run = a_run(project, "running", created_by=owner)
    for stage in StageFactory.create_batch(8, run=run, total=5, failed=1, state="running"):
        FailureFactory(stage=stage)
    with django_assert_max_num_queries(9):
        as_owner.get(address(run), headers=headers)


def test_the_chart_is_told_when_the_run_has_ended(as_owner: Client, project: Project) -> None:
    run = a_run(project, "done", started=timezone.now(), finished=timezone.now())
    still, ended = (as_owner.get(f"{address(run)}?known={state}.0", headers=HTMX) for state in ("done", "running"))
    assert "HX-Trigger" not in still.headers
    assert "run-changed" in ended.headers["HX-Trigger"]


def test_a_due_time_is_that_of_the_projects_zone(as_owner: Client, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(time_zone="Asia/Tokyo")
    due = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
    html = get(as_owner, a_run(project, "done", schedule=ScheduleFactory(project=project), due=due))
    assert "26 Nov 2026 02:00</time> Asia/Tokyo" in html
