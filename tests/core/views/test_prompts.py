import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.labels.service import refresh_labels
from core.models import Project, Prompt, Role
from core.views import table as view
from tests.core.views.conftest import logged_in
from tests.core.views.test_comparisons import shown
from tests.factories import ComparisonFactory, JudgmentFactory, MembershipFactory, PromptFactory, ResponseFactory

PROMPTS = "/p/helpful/prompts"


def get(client: Client, query: str = "") -> str:
    response = client.get(PROMPTS + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def four(project: Project) -> dict[str, Prompt]:
    """One in each of the states that come before withdrawal."""
    made = {name: PromptFactory(project=project, text=f"prompt {name}") for name in ("a", "b", "c", "d", "e")}
    ResponseFactory(prompt=made["b"])
    compared = [ComparisonFactory(project=project, prompt=made[name]) for name in "cdde"]
    for comparison in (compared[1], compared[3]):
        JudgmentFactory(comparison=comparison)
        refresh_labels([comparison.pk])
    return made


def test_an_empty_table_says_what_to_do(as_owner: Client) -> None:
    assert "No prompts yet. Import a file." in get(as_owner)


def test_a_row_counts_what_there_is(as_owner: Client, four: dict[str, Prompt]) -> None:
    html = get(as_owner)
    assert shown(html) == [f"prompt {name}" for name in "edcba"]
    row = html[html.index("prompt d") : html.index("prompt c")]
    for told in (">4<", "1 of 2", "In work"):
        assert told in row, told
    assert "Without responses" in html[html.index("prompt a") :]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?state=unanswered", "a"),
        ("?state=uncompared", "b"),
        ("?state=waiting", "c"),
        ("?state=in_work", "d"),
        ("?state=labelled", "e"),
        ("?state=withdrawn", ""),
        ("?q=prompt+-a", "edcb"),
        ("?since=2000-01-01&state=labelled", "e"),
        ("?tag=(none)&language=(none)", "edcba"),
    ],
)
def test_filters_narrow_the_table(as_owner: Client, four: dict[str, Prompt], query: str, left: str) -> None:
    assert [text[-1] for text in shown(get(as_owner, query))] == list(left)


def test_a_withdrawn_prompt_says_so(as_owner: Client, project: Project) -> None:
    PromptFactory(project=project, text="gone", withdrawn=timezone.now())
    assert shown(get(as_owner, "?state=withdrawn")) == ["gone"]


def test_tags_and_languages_that_there_are_can_be_chosen(as_owner: Client, project: Project) -> None:
    PromptFactory(project=project, text="one", tags=["hard", "none"], language="pt-BR")
    PromptFactory(project=project, text="two")
    html = get(as_owner)
    for value in ("hard", "none", "pt-BR", "(none)"):
        assert f'<option value="{value}"' in html
    assert shown(get(as_owner, "?tag=none")) == ["one"]
    assert shown(get(as_owner, "?tag=(none)")) == ["two"]
    assert shown(get(as_owner, "?language=pt-BR&tag=hard")) == ["one"]
    assert shown(get(as_owner, "?tag=unheard-of")) == []


def test_dates_are_days_of_the_projects_time_zone(as_owner: Client, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(time_zone="Pacific/Auckland")
    late = timezone.datetime.fromisoformat("2026-03-01T12:30:00+00:00")  # the 2nd in Auckland
    PromptFactory(project=project, text="late", created=late)
    assert shown(get(as_owner, "?since=2026-03-02&until=2026-03-02")) == ["late"]
    assert shown(get(as_owner, "?until=2026-03-01")) == []
    assert "2 Mar 2026" in get(as_owner)


def test_a_search_for_nothing_in_particular_is_no_error(as_owner: Client, project: Project) -> None:
    PromptFactory(project=project, text="one")
    for query in ("?q=%22", "?q=!!!", "?q=%00", "?q=a+or", "?q=-", "?q=%3C-%3E", "?q=" + "x" * 5_000):
        get(as_owner, query)


def test_pages_follow_one_another_without_a_gap(
    as_owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "ROWS", 2)
    for name in "abcde":
        PromptFactory(project=project, text=name)
    seen, query = [], "?tag=(none)"
    while query:
        html = get(as_owner, query)
        seen += shown(html)
        found = re.search(r'href="(\?[^"]*before=[^"]*)">Older', html)
        query = found[1].replace("&amp;", "&") if found else ""
    assert seen == ["e", "d", "c", "b", "a"]


def test_those_who_only_read_are_offered_no_change(as_owner: Client, project: Project) -> None:
    PromptFactory(project=project)
    viewer = logged_in(MembershipFactory(project=project, role=Role.VIEWER).user)
    assert 'name="row"' not in get(viewer)
    assert 'name="row"' in get(as_owner)


def test_what_is_not_worked_out_yet_is_said(
    as_owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.facts.draining.ROWS_A_MARK", 1)
    PromptFactory.create_batch(3, project=project)
    assert "2 changed rows not in this table yet" in get(as_owner)


def test_the_number_of_queries_does_not_grow(
    as_owner: Client, project: Project, four: dict[str, Prompt], django_assert_max_num_queries: Any
) -> None:
    get(as_owner)
    with django_assert_max_num_queries(19):
        get(as_owner, "?q=prompt&since=2000-01-01")
