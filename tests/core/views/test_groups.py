import pytest
from django.test import Client

from core.models import Group, Project, TagRule, User
from tests.core.views.test_team import html_of
from tests.factories import ComparisonFactory, GroupFactory, MembershipFactory, PromptFactory, TagRuleFactory

GROUPS = "/p/helpful/team/groups"


@pytest.fixture
def experts(project: Project, annotator: User) -> Group:
    return GroupFactory(project=project, name="experts", description="Doctors", members=[annotator])


def test_without_groups_the_page_says_what_they_are_for(as_owner: Client, project: Project) -> None:
    html = html_of(as_owner.get(GROUPS))
    assert "No groups yet: everybody is asked about everything." in html
    assert "Add rule" not in html


def test_groups_are_shown_with_their_people_tags_and_what_waits(
    as_owner: Client, project: Project, experts: Group, annotator: User
) -> None:
    TagRuleFactory(project=project, group=experts, tag="safety")
    ComparisonFactory(project=project, prompt=PromptFactory(project=project, tags=["safety"]))
    html = html_of(as_owner.get(GROUPS))
    for part in (
        "experts",
        "Doctors",
        str(annotator),
        "safety",
        'data-label="Waiting">1<',
        'data-label="Comparisons">1<',
    ):
        assert part in html, part


def test_a_group_without_anybody_who_can_judge_is_marked(as_owner: Client, project: Project) -> None:
    ComparisonFactory(project=project, group=GroupFactory(project=project))
    assert '<span class="error">0</span>' in html_of(as_owner.get(GROUPS))


def test_a_group_is_made_with_its_people(as_owner: Client, project: Project, annotator: User) -> None:
    data = {"name": "experts", "about": "Doctors", "people": [str(annotator.public), "nonsense"]}
    assert as_owner.post(f"{GROUPS}/new", data)["Location"] == GROUPS
    group = Group.objects.get()
    assert (group.name, group.description, list(group.people.all())) == ("experts", "Doctors", [annotator])


def test_a_taken_name_is_said_in_place_and_what_was_chosen_stays(
    as_owner: Client, project: Project, experts: Group, annotator: User
) -> None:
    data = {"name": "experts", "about": "Others", "people": [str(annotator.public)]}
    response = as_owner.post(f"{GROUPS}/new", data)
    assert response.status_code == 422
    html = html_of(response)
    assert "There is a group “experts” already." in html
    assert "Others" in html
    assert "checked" in html
    assert Group.objects.count() == 1


def test_a_group_is_changed(as_owner: Client, experts: Group, owner: User) -> None:
    data = {"name": "physicians", "about": "", "people": [str(owner.public)]}
    assert as_owner.post(f"{GROUPS}/{experts.public}", data).status_code == 302
    experts.refresh_from_db()
    assert (experts.name, experts.description, list(experts.people.all())) == ("physicians", "", [owner])


def test_a_refused_change_changes_nothing(as_owner: Client, project: Project, experts: Group, annotator: User) -> None:
    GroupFactory(project=project, name="others")
    response = as_owner.post(f"{GROUPS}/{experts.public}", {"name": "others", "people": []})
    assert response.status_code == 422
    assert '<h1 dir="auto">experts</h1>' in html_of(response)
    assert list(experts.people.all()) == [annotator]


def test_a_group_is_deleted_by_its_name(as_owner: Client, experts: Group) -> None:
    address = f"{GROUPS}/{experts.public}/delete"
    assert "This is not its name." in html_of(as_owner.post(address, {"name": "expert"}))
    assert as_owner.post(address, {"name": "experts"}).status_code == 302
    assert not Group.objects.exists()


def test_rules_are_added_moved_and_removed(as_owner: Client, project: Project, experts: Group) -> None:
    def order() -> list[str]:
        return list(TagRule.objects.order_by("number").values_list("tag", flat=True))

    for tag in ("safety", "مرحبا/x"):
        data = {"tag": tag, "group": str(experts.public)}
        assert as_owner.post(f"{GROUPS}/rules/bind", data).status_code == 302
    assert as_owner.post(f"{GROUPS}/rules/move", {"tag": "مرحبا/x", "to": "up"}).status_code == 302
    assert order() == ["مرحبا/x", "safety"]
    assert as_owner.post(f"{GROUPS}/rules/unbind", {"tag": "safety"}).status_code == 302
    assert order() == ["مرحبا/x"]
    assert as_owner.post(f"{GROUPS}/rules/unbind", {"tag": "safety"}).status_code == 404


@pytest.mark.parametrize("data", [{"tag": "", "group": "own"}, {"tag": "new"}, {"tag": "new", "group": "foreign"}])
def test_a_rule_that_does_not_fit_is_said_in_place(
    as_owner: Client, project: Project, experts: Group, data: dict[str, str]
) -> None:
    groups = {"own": str(experts.public), "foreign": str(GroupFactory().public)}
    response = as_owner.post(f"{GROUPS}/rules/bind", {**data, "group": groups.get(data.get("group", ""), "")})
    assert response.status_code == 422
    assert not TagRule.objects.exists()


def test_the_page_takes_the_same_queries_for_many_groups(
    as_owner: Client, project: Project, django_assert_max_num_queries
) -> None:
    as_owner.get(GROUPS)
    for n in range(8):
        people = [MembershipFactory(project=project).user for _ in range(2)]
        group = GroupFactory(project=project, members=people)
        TagRuleFactory(project=project, group=group, number=n + 1)
    with django_assert_max_num_queries(14):
        as_owner.get(GROUPS)
