"""The gold pages: versions with their size against what is needed, items, and what is done with them."""

import pytest
from django.test import Client

from core.gold.actions import add_known, close_gold_set, make_gold_set
from core.labels.service import refresh_labels
from core.models import Comparison, GoldItem, GoldSet, Project, Role, User
from tests.core.views.conftest import logged_in
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory

pytestmark = pytest.mark.django_db
HERE = "/p/helpful/gold"


@pytest.fixture
def known(project: Project) -> list[Comparison]:
    gold = JudgeFactory(project=project, kind="gold", name="gold")
    comparisons = ComparisonFactory.create_batch(3, project=project)
    for comparison in comparisons:
        JudgmentFactory(comparison=comparison, judge=gold)
    refresh_labels([comparison.pk for comparison in comparisons])
    return comparisons


@pytest.fixture
def main(project: Project, owner: User) -> GoldSet:
    return make_gold_set(project, "main", by=owner)


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_without_gold_the_page_says_what_to_do(as_owner: Client) -> None:
    assert "No gold items, so no accuracy. Make a starter set" in " ".join(text_of(as_owner, HERE).split())


def test_a_version_shows_its_size_against_the_twenty_needed(as_owner, known, main, owner):
    add_known(main, ["gold"], by=owner)
    html = " ".join(text_of(as_owner, HERE).split())
    assert "main</bdi>, version 1" in html
    assert '3 <span class="meta">of 3</span>' in html
    assert "17 more" in html


def test_a_set_is_made_filled_closed_and_continued_in_the_browser(as_owner, known, project):
    made = as_owner.post(HERE, {"name": "main"})
    one = GoldSet.objects.get(project=project)
    address = f"{HERE}/{one.public}"
    assert made.url == address
    assert as_owner.post(f"{address}/add", {"from": ["gold", "review"], "least": "2"}).url == address
    assert one.items.count() == 3
    as_owner.post(f"{address}/remove", {"comparison": str(known[0].public)})
    assert one.items.count() == 2
    as_owner.post(f"{address}/close")
    one.refresh_from_db()
    assert one.closed
    following = as_owner.post(f"{address}/next")
    newer = GoldSet.objects.get(project=project, version=2)
    assert following.url == f"{HERE}/{newer.public}"
    assert newer.items.count() == 2


def test_mistakes_come_back_in_place(as_owner, main):
    taken = as_owner.post(HERE, {"name": "main"})
    assert taken.status_code == 422
    assert "There is a gold set “main” already" in taken.content.decode()
    nothing = as_owner.post(f"{HERE}/{main.public}/close")
    assert nothing.status_code == 422
    assert "measure nothing" in nothing.content.decode()
    assert as_owner.post(f"{HERE}/{main.public}/next").status_code == 409
    drawn = as_owner.post(f"{HERE}/starter", {"count": "none"})
    assert drawn.status_code == 422
    assert "1 to 500" in drawn.content.decode()


def test_a_starter_set_is_drawn_in_the_browser(as_owner, project):
    ComparisonFactory.create_batch(3, project=project, votes_wanted=0)
    drawn = as_owner.post(f"{HERE}/starter", {"count": "2", "name": "starter"})
    made = GoldSet.objects.get(project=project, name="starter")
    assert drawn.url == f"{HERE}/{made.public}"
    html = text_of(as_owner, drawn.url)
    assert "0 of 2 items" in " ".join(html.split())
    assert as_owner.post(f"{HERE}/starter", {"count": "2", "name": "starter"}).status_code == 409


def test_items_come_in_pages_with_answer_and_source(as_owner, known, main, owner, monkeypatch):
    add_known(main, ["gold"], by=owner)
    monkeypatch.setattr("core.views.gold_set.ROWS", 2)
    address = f"{HERE}/{main.public}"
    first = text_of(as_owner, address)
    assert first.count("A better") == 2
    assert "an import" in first
    after = GoldItem.objects.filter(gold_set=main).order_by("comparison")[1].comparison.public
    assert f"?after={after}" in first
    second = text_of(as_owner, f"{address}?after={after}")
    assert second.count("A better") == 1
    assert "?after=" not in second


def test_a_closed_version_offers_no_change(as_owner, known, main, owner):
    add_known(main, ["gold"], by=owner)
    close_gold_set(main, by=owner)
    html = text_of(as_owner, f"{HERE}/{main.public}")
    assert "Take out" not in html
    assert "Close version" not in html
    assert "Make next version" in html


def test_reviewers_look_and_change_nothing_and_annotators_see_none(project, main):
    reviewer = logged_in(MembershipFactory(project=project, role=Role.REVIEWER).user)
    html = text_of(reviewer, f"{HERE}/{main.public}")
    assert "Close version" not in html
    assert reviewer.post(f"{HERE}/{main.public}/close").status_code == 403
    for role in (Role.ANNOTATOR, Role.VIEWER):
        client = logged_in(MembershipFactory(project=project, role=role).user)
        for address in (HERE, f"{HERE}/{main.public}"):
            assert client.get(address).status_code == 403


@pytest.mark.parametrize("number", [1, 6])
def test_the_lists_ask_no_more_the_longer_they_are(as_owner, project, owner, number, django_assert_max_num_queries):
    for n in range(number):
        made = make_gold_set(project, f"set {n}", by=owner)
        for comparison in ComparisonFactory.create_batch(number, project=project):
            judgment = JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project, kind="gold"))
            made.items.create(comparison=comparison, ranks=[1, 2], source=judgment)
    with django_assert_max_num_queries(12):
        as_owner.get(HERE)
    with django_assert_max_num_queries(12):
        as_owner.get(f"{HERE}/{made.public}")
