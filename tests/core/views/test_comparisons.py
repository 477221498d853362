import re
from typing import Any

import pytest
from django.test import Client

from core.labels.service import refresh_labels
from core.models import Comparison, JudgeKind, Project, Role
from core.views import table as view
from tests.core.views.conftest import logged_in
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory, PromptFactory

COMPARISONS = "/p/helpful/comparisons"


def shown(html: str) -> list[str]:
    """The first words in the first column."""
    found = re.findall(r'class="first-words"[^>]*>\s*(.*?)\s*</a>', html, flags=re.S)
    return [" ".join(text.split()) for text in found]


def get(client: Client, query: str = "", status: int = 200) -> str:
    response = client.get(COMPARISONS + query)
    assert response.status_code == status
    return response.content.decode()


def pair(project: Project, text: str, prompt: dict[str, Any] | None = None, **fields: Any) -> Comparison:
    return ComparisonFactory(
        project=project, prompt=PromptFactory(project=project, text=text, **prompt or {}), **fields
    )


def judged(comparison: Comparison, *kinds: str, ranks: Any = (1, 2), **fields: Any) -> Comparison:
    for kind in kinds:
        judge = JudgeFactory(project=comparison.project, kind=kind)
        JudgmentFactory(comparison=comparison, judge=judge, ranks=list(ranks), **fields)
    refresh_labels([comparison.pk])
    return comparison


def test_an_empty_table_says_what_to_do(as_owner: Client) -> None:
    html = get(as_owner)
    assert "No comparisons yet." in html
    assert "<table" not in html


def test_a_row_says_what_is_compared_and_what_became_of_it(as_owner: Client, project: Project) -> None:
    pair(project, "What is one?")
    two = pair(project, "What is two?", votes_wanted=2)
    judged(two, "human")
    judged(two, "human")
    judged(pair(project, "What is three?"), "ai", ranks=(1, 1))
    html = get(as_owner)
    assert shown(html) == ["What is three?", "What is two?", "What is one?"]
    three, second, first = (html[html.index(f"What is {n}?") :] for n in ("three", "two", "one"))
    winner = two.candidates.get(slot=0).response.author
    for told in (winner, "Labelled", "2 of 2", "1.00", "n 2", "Unanimous"):
        assert told in second[: second.index("What is one?")], told
    assert "Tie" in three[: three.index("What is two?")]
    assert "Not judged" in first
    assert "0 of 1" in first


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?state=waiting", ["c"]),
        ("?state=labelled", ["a"]),
        ("?state=in_work", ["b"]),
        ("?kind=ai", ["a"]),
        ("?kind=human", ["b"]),
        ("?missing=some", ["c", "b", "a"]),
        ("?missing=2", ["b"]),
        ("?label=decided", ["b", "a"]),
        ("?label=none", ["c"]),
        ("?agreement=one", ["b", "a"]),
        ("?margin=4", ["b", "a"]),
        ("?tag=hard", ["b", "a"]),
        ("?tag=hard&kind=ai", ["a"]),
        ("?tag=(none)", ["c"]),
        ("?language=de", ["c"]),
        ("?language=(none)", ["b", "a"]),
        ("?q=letter+a", ["a"]),
        ("?q=letter+-a", ["c", "b"]),
        ("?q=-letter", []),
        ("?q=%22the+letter%22", ["c", "b", "a"]),
        ("?q=b+or+c", ["c", "b"]),
        ("?since=2000-01-01", ["c", "b", "a"]),
        ("?until=2000-01-01", []),
        ("?since=2000-01-01&until=2001-01-01&q=letter", []),
        ("?state=nonsense&tag=%00&judge=x&since=then&until=9999-12-31&before=x", ["c", "b", "a"]),
    ],
)
def test_filters_narrow_the_table(as_owner: Client, project: Project, query: str, left: list[str]) -> None:
    judged(pair(project, "the letter a", {"tags": ["hard"]}), "ai")
    judged(pair(project, "the letter b", {"tags": ["hard"]}, votes_wanted=3), "human")
    pair(project, "the letter c", {"language": "de"})
    assert [text[-1] for text in shown(get(as_owner, query))] == left


def test_filters_by_model_winner_judge_and_group(as_owner: Client, project: Project) -> None:
    group = project.groups.create(name="experts")
    one = judged(pair(project, "one", group=group), "human")
    pair(project, "two")
    best, other = (one.candidates.get(slot=slot).response.author for slot in (0, 1))
    judge = one.judgments.get().judge
    for query, left in (
        (f"?model={best}", ["one"]),
        (f"?model={other}", ["one"]),
        (f"?winner={best}", ["one"]),
        (f"?winner={other}", []),
        (f"?judge=human:{judge}", ["one"]),
        (f"?group={group.public}", ["one"]),
        ("?group=(none)", ["two"]),
    ):
        assert shown(get(as_owner, query)) == left, query


def test_chips_take_a_filter_off(as_owner: Client, project: Project) -> None:
    pair(project, "one", {"tags": ["hard"]})
    html = get(as_owner, "?tag=hard&q=one&since=2000-01-01")
    for rest in ("?q=one&amp;since=2000-01-01", "?q=one&amp;tag=hard", "?since=2000-01-01&amp;tag=hard"):
        assert f'class="chip" href="{rest}"' in html
    assert "1 comparison fits" in html


def test_a_filter_that_fits_nothing_leads_back(as_owner: Client, project: Project) -> None:
    pair(project, "one")
    assert "No comparison fits." in get(as_owner, "?state=withdrawn")


def test_pages_follow_one_another_without_a_gap(
    as_owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "ROWS", 2)
    for name in "abcde":
        pair(project, name, {"tags": ["all"]})
    for filtered in ("", "?tag=all"):
        seen, query = [], filtered
        while True:
            html = get(as_owner, query)
            seen += shown(html)
            found = re.search(r'href="(\?[^"]*before=[^"]*)">Older', html)
            if not found:
                break
            query = found[1].replace("&amp;", "&")
        assert seen == ["e", "d", "c", "b", "a"]


def test_a_change_shows_at_once(as_owner: Client, project: Project) -> None:
    comparison = pair(project, "one")
    assert shown(get(as_owner, "?state=waiting")) == ["one"]
    judged(comparison, "human")
    assert shown(get(as_owner, "?state=waiting")) == []
    assert shown(get(as_owner, "?state=labelled")) == ["one"]


def test_who_judged_is_for_those_who_may_know(project: Project) -> None:
    judge = JudgeFactory(project=project, kind=JudgeKind.HUMAN, name="Ada Lovelace")
    JudgmentFactory(comparison=(comparison := pair(project, "one")), judge=judge)
    pair(project, "two")
    refresh_labels([comparison.pk])
    viewer = logged_in(MembershipFactory(project=project, role=Role.VIEWER).user)
    reviewer = logged_in(MembershipFactory(project=project, role=Role.REVIEWER).user)
    assert "Ada" not in get(viewer, "?judge=human:Ada+Lovelace")
    assert shown(get(viewer, "?judge=human:Ada+Lovelace")) == ["two", "one"]
    assert shown(get(viewer, "?kind=human")) == ["one"]
    assert "Ada Lovelace" in get(reviewer)
    assert shown(get(reviewer, "?judge=human:Ada+Lovelace")) == ["one"]


def test_comparisons_of_other_projects_stay_there(as_owner: Client, project: Project) -> None:
    other = ComparisonFactory(prompt__tags=["of others"])
    pair(project, "ours")
    assert shown(get(as_owner)) == ["ours"]
    assert "of others" not in get(as_owner)
    assert shown(get(as_owner, f"?before={other.public}")) == ["ours"]
    assert shown(get(as_owner, "?q=what")) == []


def test_htmx_gets_the_rows_alone(as_owner: Client, project: Project) -> None:
    pair(project, "one")
    response = as_owner.get(COMPARISONS, headers={"HX-Request": "true"})
    assert "<h1>" not in response.content.decode()
    assert shown(response.content.decode()) == ["one"]


def test_the_number_of_queries_does_not_grow(
    as_owner: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        judged(pair(project, f"p{number}", {"tags": [f"t{number}"]}), "human", "ai")
    get(as_owner)
    with django_assert_max_num_queries(24):
        get(as_owner, "?kind=human&since=2000-01-01&q=p1+or+p2")
