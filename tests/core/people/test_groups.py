import pytest

from core.errors import Conflict, PrefereeError
from core.groups import bind_tag, change_group, delete_group, make_group, move_rule, set_groups, set_people, unbind_tag
from core.models import AuditEvent, Comparison, Group, Project, TagRule, User
from core.rules import held_by_rules, some_tags
from tests.factories import ComparisonFactory, GroupFactory, PromptFactory, UserFactory


def tags(project: Project) -> list[tuple[str, int]]:
    return list(TagRule.objects.filter(project=project).order_by("number").values_list("tag", "number"))


def tagged(project: Project, *names: str, **fields: object) -> Comparison:
    return ComparisonFactory(project=project, prompt=PromptFactory(project=project, tags=list(names)), **fields)


def test_a_group_is_made_changed_and_deleted(project: Project, owner: User) -> None:
    group = make_group(project, "  night  shift ", about="From ten", by=owner)
    assert (group.name, group.description) == ("night shift", "From ten")
    change_group(group, "day shift", by=owner)
    assert Group.objects.get().name == "day shift"
    delete_group(group, by=owner)
    assert not Group.objects.exists()
    verbs = AuditEvent.objects.filter(project=project).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["group.make", "group.change", "group.delete"]


@pytest.mark.parametrize("name", ["", "   ", "w" * 61, "experts"])
def test_a_name_that_is_empty_long_or_taken_is_refused(project: Project, name: str) -> None:
    make_group(project, "experts")
    with pytest.raises(PrefereeError):
        make_group(project, name)
    assert Group.objects.count() == 1


def test_two_projects_may_have_groups_of_one_name(project: Project) -> None:
    GroupFactory(name="experts")
    assert make_group(project, "experts").project == project


def test_only_members_can_be_in_a_group(project: Project, ada: User) -> None:
    group = make_group(project, "experts")
    set_people(group, [ada])
    with pytest.raises(PrefereeError, match="not in the project"):
        set_people(group, [ada, UserFactory()])
    assert list(group.people.all()) == [ada]


def test_people_of_a_group_are_written_down_when_they_change(project: Project, owner: User, ada: User) -> None:
    group = make_group(project, "experts")
    for _ in range(2):
        set_people(group, [ada, owner], by=owner)
    set_people(group, [ada], by=owner)
    written = AuditEvent.objects.filter(verb="group.people").order_by("pk")
    assert [event.detail["removed"] for event in written] == [[], [str(owner.public)]]


def test_the_groups_of_a_person_change_in_this_project_alone(project: Project, ada: User) -> None:
    old, new, elsewhere = GroupFactory(project=project, members=[ada]), GroupFactory(project=project), GroupFactory()
    elsewhere.people.add(ada)
    set_groups(project, ada, [new, GroupFactory()])
    assert set(ada.work_groups.all()) == {new, elsewhere}
    assert old.people.count() == 0


def test_rules_are_numbered_in_the_order_they_are_made_and_moved(project: Project) -> None:
    group = GroupFactory(project=project)
    a, b, c = (bind_tag(group, tag) for tag in "abc")
    assert tags(project) == [("a", 1), ("b", 2), ("c", 3)]
    move_rule(c, up=True)
    move_rule(a, up=True)
    assert tags(project) == [("a", 1), ("c", 2), ("b", 3)]
    unbind_tag(a)
    assert tags(project) == [("c", 1), ("b", 2)]
    move_rule(b, up=False)
    assert tags(project) == [("c", 1), ("b", 2)]


def test_a_tag_is_bound_once(project: Project) -> None:
    group = GroupFactory(project=project, name="experts")
    bind_tag(group, "safety")
    with pytest.raises(PrefereeError, match="goes to experts already"):
        bind_tag(GroupFactory(project=project), " safety ")


@pytest.mark.parametrize("tag", ["", "  ", "w" * 101])
def test_a_tag_that_is_empty_or_long_is_refused(project: Project, tag: str) -> None:
    with pytest.raises(PrefereeError, match="Write 1 to 100"):
        bind_tag(GroupFactory(project=project), tag)


def test_what_is_gone_in_the_meantime_is_said(project: Project) -> None:
    group = GroupFactory(project=project)
    rule, same = bind_tag(group, "safety"), TagRule.objects.get()
    unbind_tag(rule)
    for act in (lambda: unbind_tag(same), lambda: move_rule(same, up=True)):
        with pytest.raises(Conflict, match="not there any more"):
            act()
    stale = Group.objects.get()
    delete_group(group)
    with pytest.raises(Conflict, match="not there any more"):
        bind_tag(stale, "safety")


def test_each_rule_counts_what_it_holds(project: Project) -> None:
    group = GroupFactory(project=project)
    safety, german, unused = (bind_tag(group, tag) for tag in ("safety", "german", "unused"))
    tagged(project, "safety"), tagged(project, "german", "safety"), tagged(project, "german"), tagged(project)
    tagged(project, "german", group=group), tagged(project, "german", withdrawn="2026-01-01T00:00Z")
    assert held_by_rules(project) == {safety.pk: 2, german.pk: 1}
    assert unused.pk not in held_by_rules(project)


def test_tags_to_choose_from_are_those_of_the_project(project: Project) -> None:
    (
        PromptFactory(project=project, tags=["b", "a"]),
        PromptFactory(project=project, tags=["a"]),
        PromptFactory(tags=["c"]),
    )
    assert some_tags(project) == ["a", "b"]
