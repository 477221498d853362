from typing import Any

import pytest
from django.test import Client

from core.facts.search import Search
from core.models import AuditEvent, Comparison, Project, Prompt, Role, Run, User
from core.runs.actions import run_here
from core.views import changing
from tests.core.views.test_comparisons import COMPARISONS, pair, shown
from tests.factories import MembershipFactory, PromptFactory, ResponseFactory

CHANGE = f"{COMPARISONS}/change"


def send(client: Client, status: int = 302, address: str = CHANGE, **values: Any) -> str:
    response = client.post(address, values)
    assert response.status_code == status, response.content.decode()[-3000:]
    return response.content.decode() if status != 302 else response.url


@pytest.fixture
def three(project: Project) -> list[Comparison]:
    return [pair(project, name, {"tags": ["t"]}, votes_wanted=2) for name in "abc"]


def publics(rows: list[Any]) -> list[str]:
    return [str(row.public) for row in rows]


def removed() -> None:
    """A worker does what was asked for last."""
    run_here(Run.objects.latest("pk"))


@pytest.mark.parametrize(
    ("action", "value", "field", "expected"),
    [("votes", "5", "votes_wanted", 5), ("votes", "0", "votes_wanted", 0), ("priority", "−3", "priority", -3)],
)
def test_ticked_rows_are_changed_at_once(
    as_owner: Client, three: list[Comparison], action: str, value: str, field: str, expected: int
) -> None:
    back = send(as_owner, action=action, **{action: value}, row=publics(three[:2]), query="tag=t&q=x")
    assert back == f"{COMPARISONS}?q=x&tag=t"
    assert [getattr(each, field) == expected for each in Comparison.objects.order_by("pk")] == [True, True, False]
    event = AuditEvent.objects.get(verb=f"comparison.{action}")
    assert event.detail == {"rows": 2, action: expected}
    assert "2 comparisons changed." in as_owner.get(COMPARISONS).content.decode()


def test_what_the_queue_hands_out_follows(as_owner: Client, three: list[Comparison]) -> None:
    send(as_owner, action="votes", votes="4", row=publics(three))
    assert {each.queue_item.wanted for each in Comparison.objects.select_related("queue_item")} == {4}


def test_all_that_fit_are_changed_after_a_question(as_owner: Client, project: Project, three: list[Comparison]) -> None:
    other = pair(project, "d")
    values = {"action": "votes", "votes": "3", "all": "1", "query": "tag=t", "upto": str(other.public)}
    asked = send(as_owner, 200, **values)
    assert "Want 3 votes for" in asked
    assert ">3</span> comparisons" in asked
    assert Comparison.objects.filter(votes_wanted=3).count() == 0
    send(as_owner, **values, confirmed="1")
    assert set(Comparison.objects.filter(votes_wanted=3)) == set(three)


def test_what_slips_in_after_the_page_is_left_alone(
    as_owner: Client, project: Project, three: list[Comparison]
) -> None:
    pair(project, "late", {"tags": ["t"]})
    send(as_owner, action="votes", votes="3", all="1", query="tag=t", upto=str(three[-1].public), confirmed="1")
    assert set(Comparison.objects.filter(votes_wanted=3)) == set(three)


def test_all_go_in_portions_and_twice_is_once(
    as_owner: Client, three: list[Comparison], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Search.each, "__kwdefaults__", {"size": 2})
    values = {"action": "votes", "votes": "3", "all": "1", "upto": str(three[-1].public), "confirmed": "1"}
    send(as_owner, **values)
    send(as_owner, **values)
    assert Comparison.objects.filter(votes_wanted=3).count() == 3
    assert sum(event.detail["rows"] for event in AuditEvent.objects.filter(verb="comparison.votes")) == 3


def test_withdrawal_asks_and_can_be_taken_back(as_owner: Client, three: list[Comparison]) -> None:
    values = {"action": "withdraw", "row": publics(three[:1])}
    assert "Withdraw" in send(as_owner, 200, **values)
    send(as_owner, **values, confirmed="1")
    assert "A run withdraws 1 comparison and what belongs to them." in as_owner.get(COMPARISONS).content.decode()
    removed()
    assert shown(as_owner.get(f"{COMPARISONS}?state=withdrawn").content.decode()) == ["a"]
    send(as_owner, action="restore", row=publics(three[:1]))
    removed()
    assert Comparison.objects.filter(withdrawn=None).count() == 3


def test_what_is_made_of_withdrawn_parts_stays_withdrawn(as_owner: Client, three: list[Comparison]) -> None:
    send(as_owner, action="withdraw", row=publics(three), confirmed="1")
    removed()
    Prompt.objects.filter(pk=three[0].prompt_id).update(withdrawn=three[0].created)
    response = three[1].candidates.first().response
    type(response).objects.filter(pk=response.pk).update(withdrawn=response.created)
    send(as_owner, action="restore", row=publics(three))
    removed()
    assert list(Comparison.objects.filter(withdrawn=None)) == three[2:]


def test_groups_and_tags(as_owner: Client, project: Project, three: list[Comparison]) -> None:
    group = project.groups.create(name="experts")
    send(as_owner, action="group", group=str(group.public), row=publics(three[:1]))
    assert Comparison.objects.get(group=group) == three[0]
    send(as_owner, action="group", group="", row=publics(three[:1]))
    assert not Comparison.objects.filter(group=group).exists()
    send(as_owner, action="tag", tag=" very  hard ", row=publics(three[:2]))
    assert Prompt.objects.filter(tags=["t", "very hard"]).count() == 2
    assert len(shown(as_owner.get(f"{COMPARISONS}?tag=very+hard").content.decode())) == 2
    send(as_owner, action="untag", tag="t", row=publics(three))
    assert not Prompt.objects.filter(tags__contains=["t"]).exists()


def test_a_person_gets_comparisons(
    as_owner: Client, annotator: User, three: list[Comparison], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []

    def assign(project: Project, ids: Any, person: User, by: User | None) -> Any:
        given.append((sorted(ids), person))
        return changing.Assigned(assigned=len(ids))

    monkeypatch.setattr(changing, "assign_to_person", assign)
    send(as_owner, action="person", person=str(annotator.public), row=publics(three[1:]))
    assert given == [([three[1].pk, three[2].pk], annotator)]
    assert "2 assigned." in as_owner.get(COMPARISONS).content.decode()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Choose what to change."),
        ({"action": "nonsense"}, "Choose what to change."),
        ({"action": "votes", "votes": "many"}, "Write how many votes are wanted"),
        ({"action": "votes", "votes": "101"}, "Write a number from 0 to 100."),
        ({"action": "priority", "priority": "1e9"}, "Write a priority"),
        ({"action": "tag", "tag": " "}, "Write a tag of 1 to 100 characters."),
        ({"action": "tag", "tag": "x" * 101}, "Write a tag of 1 to 100 characters."),
        ({"action": "group", "group": "x"}, "This group is gone."),
        ({"action": "person", "person": ""}, "Choose a person who judges in this project."),
        ({"action": "language", "language": "en"}, "Choose what to change."),
    ],
)
def test_mistakes_come_back_in_place(
    as_owner: Client, three: list[Comparison], values: dict[str, str], sentence: str
) -> None:
    html = send(as_owner, 422, **values, row=publics(three), query="tag=t")
    assert sentence in html
    assert len(shown(html)) == 3


def test_nothing_ticked_is_a_mistake(as_owner: Client, three: list[Comparison]) -> None:
    assert "Tick the comparisons first" in send(as_owner, 422, action="votes", votes="3")


def test_rows_groups_and_people_of_other_projects_are_out_of_reach(as_owner: Client, three: list[Comparison]) -> None:
    stranger = MembershipFactory(role=Role.ANNOTATOR)
    other = pair(stranger.project, "theirs")
    group = stranger.project.groups.create(name="theirs")
    send(as_owner, 422, action="votes", votes="9", row=[str(other.public)])
    send(as_owner, action="votes", votes="9", all="1", upto=str(other.public), confirmed="1")
    send(as_owner, 422, action="group", group=str(group.public), row=publics(three))
    send(as_owner, 422, action="person", person=str(stranger.user.public), row=publics(three))
    assert not Comparison.objects.filter(votes_wanted=9).exists()


def test_prompts_are_tagged_and_told_their_language(as_owner: Client, project: Project) -> None:
    rows = PromptFactory.create_batch(3, project=project)
    ResponseFactory(prompt=rows[0])
    address = "/p/helpful/prompts/change"
    send(as_owner, address=address, action="tag", tag="hard", row=publics(rows[:2]))
    send(as_owner, address=address, action="language", language="de_CH", row=publics(rows[:1]))
    assert shown(as_owner.get("/p/helpful/prompts?tag=hard&language=de-CH").content.decode())
    assert "no language tag" in send(as_owner, 422, address, action="language", language="python", row=publics(rows))
    send(as_owner, 422, address, action="votes", votes="3", row=publics(rows))
    assert sorted(AuditEvent.objects.filter(verb__startswith="prompt.").values_list("verb", flat=True)) == [
        "prompt.language",
        "prompt.tag",
    ]
