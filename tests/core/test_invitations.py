"""An invitation lets in whom it is for, as often as it has places, and nobody beyond that."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from core.errors import PrefereeError
from core.invitations import InvitationOver, UnknownInvitation, accept, invite, revoke, roles_to_give, sign_up
from core.models import AuditEvent, Group, Invitation, Membership, Project, Role, User
from tests.at_once import at_once
from tests.factories import PASSWORD, MembershipFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db
SOON = timedelta(days=1)


@pytest.fixture
def project() -> Project:
    return ProjectFactory(slug="helpful", name="Helpful")


@pytest.fixture
def owner(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.OWNER).user


def secret_of(project: Project, by: User, role: str = Role.ANNOTATOR, **more: Any) -> str:
    return invite(project, role, **{"expires": timezone.now() + SOON, "by": by, **more}).page.rpartition("/")[2]


def test_the_link_is_given_once_and_only_its_print_is_kept(project: Project, owner: User) -> None:
    secret = secret_of(project, owner)
    row = Invitation.objects.values().get()
    assert len(secret) >= 43
    assert secret not in str(row)
    assert secret not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("inviter", Role.values)
@pytest.mark.parametrize("role", Role.values)
def test_nobody_invites_to_a_role_above_their_own(project: Project, inviter: str, role: str) -> None:
    by = MembershipFactory(project=project, role=inviter).user
    allowed = {Role.OWNER: Role.values, Role.MANAGER: ["manager", "reviewer", "annotator", "viewer"]}.get(inviter, [])
    assert sorted(roles_to_give(by, project)) == sorted(allowed)
    if role in allowed:
        assert secret_of(project, by, role)
    else:
        with pytest.raises(PrefereeError, match="above your own role"):
            secret_of(project, by, role)


def test_staff_may_invite_everybody_and_an_outsider_nobody(project: Project) -> None:
    assert set(roles_to_give(UserFactory(is_staff=True), project)) == set(Role.values)
    assert roles_to_give(UserFactory(), project) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"places": 0}, "1 to 500"),
        ({"places": 501}, "1 to 500"),
        ({"places": 2, "email": "a@example.org"}, "one alone"),
        ({"expires": timezone.now() - SOON}, "expired already"),
    ],
)
def test_an_invitation_that_could_let_nobody_in_is_refused(
    project: Project, owner: User, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(PrefereeError, match=sentence):
        secret_of(project, owner, **wrong)


def test_a_group_of_another_project_is_refused(project: Project, owner: User) -> None:
    foreign = Group.objects.create(project=ProjectFactory(), name="experts")
    with pytest.raises(PrefereeError, match="another project"):
        secret_of(project, owner, groups=[foreign])


def test_whoever_accepts_gets_the_role_and_the_groups(project: Project, owner: User) -> None:
    experts = Group.objects.create(project=project, name="experts")
    secret, user = secret_of(project, owner, Role.REVIEWER, groups=[experts]), UserFactory()
    member = accept(secret, user)
    assert (member.role, list(experts.people.all())) == (Role.REVIEWER, [user])
    event = AuditEvent.objects.get(verb="invitation.accept")
    assert (event.actor, event.project, event.detail["role"]) == (user, project, "reviewer")
    assert secret not in str(AuditEvent.objects.values())


def test_accepting_twice_is_once(project: Project, owner: User) -> None:
    secret, user = secret_of(project, owner, places=3), UserFactory()
    for _ in range(3):
        accept(secret, user)
    assert Invitation.objects.get().used == 1
    assert AuditEvent.objects.filter(verb="invitation.accept").count() == 1


@pytest.mark.parametrize(
    ("had", "offered", "has"),
    [("annotator", "manager", "manager"), ("manager", "annotator", "manager"), ("viewer", "annotator", "annotator")],
)
def test_the_higher_role_stays(project: Project, owner: User, had: str, offered: str, has: str) -> None:
    user = MembershipFactory(project=project, role=had).user
    accept(secret_of(project, owner, offered), user)
    assert Membership.objects.get(user=user).role == has


def test_a_member_who_lacks_only_the_group_gets_it_and_keeps_the_role(project: Project, owner: User) -> None:
    user = MembershipFactory(project=project, role=Role.MANAGER).user
    experts = Group.objects.create(project=project, name="experts")
    accept(secret_of(project, owner, groups=[experts]), user)
    assert (Membership.objects.get(user=user).role, experts.people.get()) == (Role.MANAGER, user)


def test_a_link_for_one_address_is_for_that_address(project: Project, owner: User) -> None:
    secret = secret_of(project, owner, email="Bruno@Example.org")
    with pytest.raises(PrefereeError, match="for bruno@example"):
        accept(secret, UserFactory(email="carl@example.org"))
    assert accept(secret, UserFactory(email="bruno@example.org")).role == Role.ANNOTATOR


def closed_by(project: Project, owner: User) -> dict[str, Any]:
    """Ways in which a link comes to its end."""
    row = Invitation.objects.filter(project=project)
    return {
        "taken back": lambda: revoke(row.get(), by=owner),
        "has expired": lambda: row.update(expires=timezone.now() - timedelta(seconds=1)),
        "has come in": lambda: accept_by_somebody(project),
        "taken  back": lambda: Membership.objects.filter(user=owner).update(role=Role.VIEWER),
        "taken   back": lambda: User.objects.filter(pk=owner.pk).update(is_active=False),
        "taken    back": lambda: Project.objects.filter(pk=project.pk).update(archived=timezone.now()),
    }


def accept_by_somebody(project: Project) -> None:
    Invitation.objects.filter(project=project).update(used=1)


@pytest.mark.parametrize(
    "way", ["taken back", "has expired", "has come in", "taken  back", "taken   back", "taken    back"]
)
def test_a_link_that_is_over_lets_nobody_in(project: Project, owner: User, way: str) -> None:
    secret = secret_of(project, owner)
    closed_by(project, owner)[way]()
    with pytest.raises(InvitationOver, match=" ".join(way.split())):
        accept(secret, UserFactory())
    assert Membership.objects.count() == 1


def test_a_made_up_secret_is_unknown(project: Project, owner: User) -> None:
    secret_of(project, owner)
    for made_up in ("", "x", "\x00", Invitation.objects.get().digest, str(Invitation.objects.get().public)):
        with pytest.raises(UnknownInvitation):
            accept(made_up, UserFactory())


def test_revoking_twice_is_once_and_who_came_in_stays(project: Project, owner: User) -> None:
    secret, user = secret_of(project, owner, places=2), UserFactory()
    accept(secret, user)
    for _ in range(2):
        revoke(Invitation.objects.get(), by=owner)
    assert AuditEvent.objects.filter(verb="invitation.revoke").count() == 1
    assert Membership.objects.filter(user=user).exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_race_for_the_last_place_one_gets_it(project: Project, owner: User) -> None:
    secret, people = secret_of(project, owner), UserFactory.create_batch(5)
    got = at_once(*(partial(accept, secret, person) for person in people))
    assert sum(isinstance(each, Membership) for each in got) == 1
    assert sum(isinstance(each, InvitationOver) for each in got) == 4
    assert (Invitation.objects.get().used, Membership.objects.count()) == (1, 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("places", [1, 5])
def test_a_double_click_takes_one_place_and_both_halves_are_in(project: Project, owner: User, places: int) -> None:
    secret, user = secret_of(project, owner, places=places), UserFactory()
    got = at_once(*[partial(accept, secret, user)] * 4)
    assert all(isinstance(each, Membership) for each in got), got
    assert Invitation.objects.get().used == 1


@pytest.mark.django_db(transaction=True)
def test_who_signs_up_too_late_leaves_no_account(project: Project, owner: User) -> None:
    secret = secret_of(project, owner)
    got = at_once(
        *(partial(sign_up, secret, name="N", email=f"new{at}@example.org", password=PASSWORD) for at in range(4))
    )
    assert sum(isinstance(each, User) for each in got) == 1
    assert User.objects.filter(email__startswith="new").count() == 1
