"""Who gives which roles, and what no order of events can do."""

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import Conflict, PrefereeError
from core.members import change_role, pause, remove, resume, roles_given_by
from core.models import AuditEvent, Judgment, Membership, Project, Role, User
from core.permissions import may
from tests.core.people.conftest import member
from tests.factories import ComparisonFactory, GroupFactory, JudgeFactory, JudgmentFactory, UserFactory

LOW = [Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER]


def role_of(project: Project, person: User) -> str:
    return Membership.objects.get(project=project, user=person).role


@pytest.mark.parametrize("role", Role.values)
def test_an_owner_gives_every_role_and_a_manager_those_below(project: Project, role: str) -> None:
    expected = {Role.OWNER: list(Role), Role.MANAGER: LOW}.get(role, [])
    assert roles_given_by(member(project, role), project) == expected


def test_staff_give_every_role(project: Project) -> None:
    assert roles_given_by(UserFactory(is_staff=True), project) == list(Role)


@pytest.mark.parametrize("before", Role.values)
@pytest.mark.parametrize("after", Role.values)
def test_a_manager_changes_roles_below_their_own_alone(
    project: Project, owner: User, manager: User, before: str, after: str
) -> None:
    person = member(project, before)
    if before in LOW and after in LOW:
        change_role(project, person, after, by=manager)
        assert role_of(project, person) == after
    else:
        with pytest.raises(PermissionDenied):
            change_role(project, person, after, by=manager)
        assert role_of(project, person) == before


@pytest.mark.parametrize("role", LOW)
def test_nobody_below_a_manager_changes_anything(project: Project, ada: User, role: str) -> None:
    someone = member(project, role)
    for act in (lambda: change_role(project, ada, Role.VIEWER, by=someone), lambda: pause(project, ada, by=someone)):
        with pytest.raises(PermissionDenied):
            act()
    with pytest.raises(PermissionDenied):
        remove(project, ada, by=someone)


@pytest.mark.parametrize("act", [pause, remove])
def test_a_manager_does_not_pause_or_remove_their_equals(project: Project, owner: User, manager: User, act) -> None:
    for person in (owner, member(project, Role.MANAGER)):
        with pytest.raises(PermissionDenied):
            act(project, person, by=manager)


def test_the_last_owner_neither_goes_nor_steps_down(project: Project, owner: User, manager: User) -> None:
    for act in (lambda: change_role(project, owner, Role.MANAGER, by=owner), lambda: remove(project, owner, by=owner)):
        with pytest.raises(PrefereeError, match="is the last owner"):
            act()
    assert role_of(project, owner) == Role.OWNER


def test_an_owner_whose_account_is_closed_does_not_count(project: Project, owner: User) -> None:
    other = member(project, Role.OWNER)
    User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(PrefereeError, match="is the last owner"):
        remove(project, owner, by=owner)
    change_role(project, other, Role.VIEWER, by=owner)


def test_an_owner_steps_down_once_there_is_another(project: Project, owner: User, ada: User) -> None:
    change_role(project, ada, Role.OWNER, by=owner)
    change_role(project, owner, Role.ANNOTATOR, by=owner)
    assert (role_of(project, ada), role_of(project, owner)) == (Role.OWNER, Role.ANNOTATOR)


def test_an_unknown_role_is_refused(project: Project, owner: User, ada: User) -> None:
    with pytest.raises(PrefereeError, match="is no role"):
        change_role(project, ada, "king", by=owner)


def test_who_is_paused_judges_no_more_until_they_are_resumed(project: Project, manager: User, ada: User) -> None:
    pause(project, ada, by=manager)
    assert not may(ada, project, "judge")
    with pytest.raises(Conflict, match="paused already"):
        pause(project, ada, by=manager)
    resume(project, ada, by=manager)
    assert may(ada, project, "judge")
    with pytest.raises(Conflict, match="is not paused"):
        resume(project, ada, by=manager)


def test_nobody_pauses_themselves(project: Project, owner: User) -> None:
    with pytest.raises(PrefereeError, match="cannot pause yourself"):
        pause(project, owner, by=owner)


def test_the_judgments_of_who_is_removed_stay_and_their_groups_do_not(project: Project, owner: User, ada: User) -> None:
    group = GroupFactory(project=project, members=[ada])
    elsewhere = GroupFactory(members=[ada])
    comparison = ComparisonFactory(project=project)
    judge = JudgeFactory(project=project, person=ada, kind="human")
    JudgmentFactory(comparison=comparison, judge=judge, person=ada, round=project.current_round)
    remove(project, ada, by=owner)
    assert Judgment.objects.filter(person=ada).count() == 1
    assert (group.people.count(), elsewhere.people.count()) == (0, 1)
    assert not may(ada, project, "see")
    with pytest.raises(Conflict, match="no longer in the project"):
        remove(project, ada, by=owner)


def test_anybody_may_leave(project: Project, ada: User) -> None:
    remove(project, ada, by=ada)
    assert not may(ada, project, "see")


def test_all_of_it_is_written_down(project: Project, owner: User, ada: User) -> None:
    change_role(project, ada, Role.REVIEWER, by=owner)
    pause(project, ada, by=owner, why="on holiday")
    resume(project, ada, by=owner)
    remove(project, ada, by=owner)
    written = AuditEvent.objects.filter(project=project, verb__startswith="member.").order_by("pk")
    assert [(event.verb, event.detail) for event in written] == [
        ("member.role", {"role": "reviewer", "before": "annotator"}),
        ("member.pause", {"why": "on holiday"}),
        ("member.resume", {}),
        ("member.remove", {"role": "reviewer"}),
    ]
    assert {(event.actor, event.target) for event in written} == {(owner, str(ada.public))}
