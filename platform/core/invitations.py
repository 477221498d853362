"""Invite people into a project by a link that is shown once, take the link back, and come in through it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from core import audit
from core.errors import PrefereeError
from core.given_secrets import new_secret, print_of
from core.models import Group, Invitation, Membership, Project, Role, User
from core.permissions import MAY, may

# From the lowest to the highest; who accepts an invitation keeps the higher of two roles.
RANKS = {role: rank for rank, role in enumerate(reversed(Role.values))}
MOST_PLACES = 500
MOST_DAYS = 90
REVOKED = "This invitation was taken back. Ask whoever sent it for a new one."
EXPIRED = "This invitation has expired. Ask whoever sent it for a new one."
USED_UP = "Everybody for whom this invitation was made has come in. Ask whoever sent it for a new one."
UNKNOWN = "This link is no invitation, or a part of it is missing. Copy the whole link, or ask for a new one."


class UnknownInvitation(PrefereeError):
    """No invitation has this secret."""


class InvitationOver(PrefereeError):
    """It was one, and lets nobody in any more."""


class Invited(NamedTuple):
    """The page is the only place where the secret stands: who does not pass it on now has to invite again."""

    invitation: Invitation
    page: str


def page_of_invitation(secret: str) -> str:
    return reverse("invite", args=[secret])


def roles_to_give(by: User, project: Project) -> list[str]:
    """From the lowest to the highest; none where the person may not invite."""
    if not may(by, project, "team"):
        return []
    if may(by, project, "own"):
        return list(RANKS)
    own = Membership.objects.filter(project=project, user=by).values_list("role", flat=True).first()
    return [role for role, rank in RANKS.items() if own and rank <= RANKS[own]]


@transaction.atomic
def invite(
    project: Project,
    role: str,
    groups: Iterable[Group] = (),
    email: str = "",
    *,
    expires: datetime,
    places: int = 1,
    by: User,
) -> Invited:
    """Raises PrefereeError where the role is above the person's own, or the invitation could let nobody in."""
    groups = list(groups)
    if role not in roles_to_give(by, project):
        raise PrefereeError(f"You may not invite anybody as {role}: that is above your own role in {project.name}.")
    if any(group.project_id != project.pk for group in groups):
        raise PrefereeError(f"A group of another project cannot be joined in {project.name}. Choose others.")
    if not 1 <= places <= (1 if email else MOST_PLACES):
        raise PrefereeError(f"A link is for 1 to {MOST_PLACES} people, and for one alone where it names an address.")
    if expires <= timezone.now():
        raise PrefereeError("The invitation would have expired already. Choose a later day.")
    secret = new_secret()
    invitation = Invitation.objects.create(
        project=project,
        role=role,
        email=email.strip().lower(),
        digest=print_of(secret),
        places=places,
        expires=expires,
        created_by=by,
    )
    invitation.groups.set(groups)
    audit.record(
        "invitation.create", project=project, actor=by, target=str(invitation.public), role=role, places=places
    )
    return Invited(invitation, page_of_invitation(secret))


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> None:
    """Twice is once. Who has come in stays."""
    if Invitation.objects.filter(pk=invitation.pk, revoked=None).update(revoked=Now()):
        audit.record("invitation.revoke", project=invitation.project, actor=by, target=str(invitation.public))


def find(secret: str) -> Invitation:
    """The invitation that the secret belongs to, open or not. Raises UnknownInvitation."""
    found = Invitation.objects.select_related("project", "created_by").filter(digest=print_of(secret)).first()
    if found is None:
        raise UnknownInvitation(UNKNOWN)
    return found


def check_open(invitation: Invitation) -> None:
    """Raises InvitationOver with the reason; also where whoever made it could not make it now."""
    if invitation.revoked or not _still_given(invitation):
        raise InvitationOver(REVOKED)
    if invitation.expires <= timezone.now():
        raise InvitationOver(EXPIRED)
    if invitation.used >= invitation.places:
        raise InvitationOver(USED_UP)


def _still_given(invitation: Invitation) -> bool:
    """A link outlives neither the rights of whoever made it nor the project's being open."""
    by = invitation.created_by
    return by is not None and by.is_active and invitation.role in roles_to_give(by, invitation.project)


def standing_of(project: Project, invitations: Sequence[Invitation]) -> list[tuple[str, str, bool]]:
    """Of each a state, words for it, and whether it lets somebody in; in two queries for all."""
    makers = [each.created_by for each in invitations if each.created_by]
    seats = Membership.objects.filter(project=project, user__in=makers).values_list("user", "role")
    return [_standing(each, dict(seats), bool(project.archived)) for each in invitations]


def _standing(invitation: Invitation, roles: Mapping[int, str], archived: bool) -> tuple[str, str, bool]:
    used = f"{invitation.used} of {invitation.places}"
    if invitation.revoked:
        return "cancelled", f"Revoked, used {used}", False
    if invitation.used >= invitation.places:
        return "done", f"Used up, {used}", False
    if invitation.expires <= timezone.now():
        return "cancelled", f"Expired, used {used}", False
    if archived or not _could_invite(invitation, roles):
        return "cancelled", "Void: whoever made it may not invite now", False
    return "running", f"Open, used {used}", True


def _could_invite(invitation: Invitation, roles: Mapping[int, str]) -> bool:
    by = invitation.created_by
    if by is None or not by.is_active:
        return False
    role = roles.get(by.pk, "")
    return by.is_staff or ("team" in MAY.get(role, ()) and RANKS[invitation.role] <= RANKS[role])


def accept(secret: str, user: User) -> Membership:
    """Make the user a member, or a member with the higher role. Twice is once, and of two who race for the last place
    one gets it.

    Raises UnknownInvitation, InvitationOver, or PrefereeError where it names another address.
    """
    invitation = find(secret)
    if (member := membership_through(invitation, user)) is not None:
        return member
    check_open(invitation)
    if invitation.email and invitation.email != user.email:
        raise PrefereeError(f"This invitation is for {invitation.email}. Log in with that address to use it.")
    with transaction.atomic():
        taken = _places_left(invitation).update(used=F("used") + 1)
        if (member := membership_through(invitation, user)) is not None:  # the other half of a double click was first
            if taken:
                Invitation.objects.filter(pk=invitation.pk).update(used=F("used") - 1)
            return member
        if not taken:
            raise InvitationOver(USED_UP)
        return _seat(invitation, user)


def _places_left(invitation: Invitation) -> QuerySet[Invitation]:
    return Invitation.objects.filter(pk=invitation.pk, revoked=None, expires__gt=Now(), used__lt=F("places"))


def membership_through(invitation: Invitation, user: User) -> Membership | None:
    """The membership, where the invitation gives nothing (any more) that the person does not have."""
    member = Membership.objects.filter(project=invitation.project, user=user).select_related("project").first()
    if member is None or RANKS[member.role] < RANKS[invitation.role]:
        return None
    return None if invitation.groups.exclude(people=user).exists() else member


def _seat(invitation: Invitation, user: User) -> Membership:
    project, role = invitation.project, invitation.role
    member, is_new = Membership.objects.get_or_create(project=project, user=user, defaults={"role": role})
    before = None if is_new else member.role
    if RANKS[member.role] < RANKS[role]:
        member.role = role
        member.save(update_fields=["role"])
    joined = Group.people.through
    joined.objects.bulk_create(
        [joined(group_id=group.pk, user_id=user.pk) for group in invitation.groups.all()], ignore_conflicts=True
    )
    target = str(invitation.public)
    audit.record("invitation.accept", project=project, actor=user, target=target, role=member.role, before=before)
    return member


def sign_up(secret: str, *, name: str, email: str, password: str) -> User:
    """A new account that is a member; where no place is left there is no account either.

    Raises what `accept` raises, and IntegrityError where there is an account with the address already.
    """
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name)
        audit.record("account.create", project=None, actor=user, target=str(user.public))
        accept(secret, user)
    return user
