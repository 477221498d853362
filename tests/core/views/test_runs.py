import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import Project, Role, Run, User
from core.views import runs as view
from tests.core.views.conftest import logged_in
from tests.factories import (
    MembershipFactory,
    RecipeFactory,
    RunFactory,
    ScheduleFactory,
    StageFactory,
    UserFactory,
)

RUNS = "/p/helpful/runs"


def recipes(html: str) -> list[str]:
    """The names in the first column."""
    return re.findall(r'id="run-[^"]+"[^>]*>([^<]+)</a>', html)


def run_of(project: Project, recipe: str, **fields: Any) -> Run:
    return RunFactory(project=project, recipe=RecipeFactory(project=project, name=recipe), **fields)


def get(client: Client, query: str = "") -> str:
    response = client.get(RUNS + query)
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_list_says_what_to_do(as_owner: Client) -> None:
    html = get(as_owner)
    assert "No runs yet." in html
    assert '<a class="button primary" href="/p/helpful/runs/start">Start a run</a>' in html


def test_runs_come_with_state_progress_failures_and_cost_the_newest_first(as_owner: Client, project: Project) -> None:
    started = timezone.now() - timedelta(seconds=90)
    run = run_of(project, "older", state="done", started=started, finished=started + timedelta(seconds=75))
    StageFactory(run=run, state="done", total=4, done=3, failed=1, cost="1.5")
    StageFactory(run=run, state="running", total=10, done=5, failed=0, cost="0.25")
    run_of(project, "newer", state="queued")
    html = get(as_owner)
    assert recipes(html) == ["newer", "older"]
    row = html[html.index(">older<") :]
    for told in ("Done", 'value="0.750"', "1 of 2", ">1<", "1.75", "1 min 15 s"):
        assert told in row, told


def test_a_run_says_who_or_what_started_it(as_owner: Client, owner: User, project: Project) -> None:
    run_of(project, "a", created_by=owner)
    run_of(project, "b", schedule=ScheduleFactory(project=project, name="Every night"))
    run_of(project, "c")
    html = get(as_owner)
    for who in (f"<bdi>{owner}</bdi>", "the schedule <bdi>Every night</bdi>", "the command line"):
        assert who in html


def test_filters_narrow_the_list_and_can_be_taken_off(as_owner: Client, owner: User, project: Project) -> None:
    schedule = ScheduleFactory(project=project)
    run_of(project, "one", state="done", created_by=owner)
    run_of(project, "two", state="failed", schedule=schedule)
    for query, left in (
        ("?state=done", ["one"]),
        ("?recipe=two", ["two"]),
        (f"?schedule={schedule.public}", ["two"]),
        (f"?by={owner.public}", ["one"]),
        ("?state=done&recipe=two", []),
        ("?state=nonsense&recipe=%00&by=1&schedule=x", ["two", "one"]),
    ):
        assert recipes(get(as_owner, query)) == left, query
    html = get(as_owner, "?state=done&recipe=one")
    assert 'class="chip" href="?recipe=one"' in html
    assert 'class="chip" href="?state=done"' in html


def test_a_filter_that_fits_nothing_leads_back(as_owner: Client, project: Project) -> None:
    run_of(project, "one", state="done")
    assert "No run fits." in get(as_owner, "?state=done&recipe=one&before=00000000-0000-0000-0000-000000000000")


def test_pages_follow_one_another_without_a_gap(
    as_owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "ROWS", 2)
    for name in "abcde":
        run_of(project, name, state="done")
    seen, query = [], "?state=done"
    while query:
        html = get(as_owner, query)
        seen += recipes(html)
        found = re.search(r'href="(\?[^"]*before=[^"]*)">Older runs', html)
        query = found[1].replace("&amp;", "&") if found else ""
    assert seen == ["e", "d", "c", "b", "a"]


def test_a_mark_that_is_no_id_is_the_first_page(as_owner: Client, project: Project) -> None:
    run_of(project, "a")
    assert recipes(get(as_owner, "?before=x%00&from=1")) == ["a"]


def test_rows_look_again_while_one_of_them_goes(as_owner: Client, project: Project) -> None:
    run = run_of(project, "a", state="running")
    html = get(as_owner)
    assert f'hx-get="?from={run.public}" hx-trigger="every 5s"' in html
    Run.objects.update(state="done")
    assert "hx-trigger" not in get(as_owner)


def test_a_run_that_is_started_meanwhile_pushes_no_row_down(as_owner: Client, project: Project) -> None:
    first = run_of(project, "first", state="running")
    run_of(project, "second", state="running")
    assert recipes(get(as_owner, f"?from={first.public}")) == ["first"]


def test_htmx_gets_the_rows_alone(as_owner: Client, project: Project) -> None:
    run_of(project, "a", state="running")
    response = as_owner.get(RUNS, headers={"HX-Request": "true"})
    assert response.content.decode().strip().startswith('<div id="rows"')
    assert "HX-Request" in response["Vary"]


def test_those_who_only_read_are_not_asked_to_start(project: Project) -> None:
    html = get(logged_in(MembershipFactory(project=project, role=Role.VIEWER).user))
    assert "/runs/start" not in html


def test_runs_of_other_projects_stay_there(as_owner: Client, project: Project) -> None:
    RunFactory(created_by=UserFactory(name="Somebody else"))
    html = get(as_owner)
    assert "No runs yet." in html
    assert "Somebody else" not in html


def test_the_number_of_queries_does_not_grow(
    as_owner: Client, owner: User, project: Project, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        run = run_of(project, f"r{number}", created_by=owner, schedule=ScheduleFactory(project=project))
        StageFactory.create_batch(3, run=run)
    with django_assert_max_num_queries(11):
        get(as_owner)
