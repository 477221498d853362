"""What is done with the people of a project: roles, pauses, removal. What was reserved for them follows by a signal."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import Conflict, PrefereeError
from core.groups import lock_people
from core.models import AuditEvent, Membership, Project, Role, User
from core.permissions import verbs_of
from core.signals import people_changed

# Who stands above whom. Reviewers, annotators and viewers are given by whoever manages the team.
RANKS = {Role.OWNER: 2, Role.MANAGER: 1, Role.REVIEWER: 0, Role.ANNOTATOR: 0, Role.VIEWER: 0}
LONGEST_WHY = 200
GONE = "This person is no longer in the project. Reload the page."


def roles_given_by(user: User, project: Project) -> list[Role]:
    """The roles that the user may give and take: an owner all of them, a manager those below their own."""
    verbs = verbs_of(user, project)
    if "own" in verbs:
        return list(Role)
    return [role for role in Role if RANKS[role] < RANKS[Role.MANAGER]] if "team" in verbs else []


def change_role(project: Project, person: User, role: str, *, by: User) -> None:
    """Raises PermissionDenied where the old or the new role is not below one's own; the last owner stays one."""
    if role not in Role.values:
        raise PrefereeError(f"“{role}” is no role. Choose one of {', '.join(Role.values)}.")
    with transaction.atomic():
        member = _locked(project, person)
        _check(by, project, member.role, role)
        if member.role == role:
            return
        _keep_an_owner(member)
        _update(member, "member.role", by, role=role, before=member.role)


def pause(project: Project, person: User, *, by: User, why: str = "") -> None:
    """Nothing is handed to them until they are resumed, and what they hold goes to others. They may still look."""
    if person == by:
        raise PrefereeError("You cannot pause yourself. Ask somebody else who manages the team.")
    if len(why) > LONGEST_WHY:
        raise PrefereeError(f"The reason has {len(why)} characters. Write at most {LONGEST_WHY}.")
    with transaction.atomic():
        member = _locked(project, person)
        _check(by, project, member.role)
        if member.paused is not None:
            raise Conflict(f"{person} is paused already.")
        _update(member, "member.pause", by, paused=timezone.now(), why=why)


def why_paused(project: Project, person: User) -> str:
    """What was said when this person was paused last; empty where nothing was."""
    paused = AuditEvent.objects.filter(project=project, verb="member.pause", target=str(person.public))
    last = paused.order_by("-at", "-pk").first()
    return str(last.detail.get("why", "")) if last else ""


def resume(project: Project, person: User, *, by: User) -> None:
    with transaction.atomic():
        member = _locked(project, person)
        _check(by, project, member.role)
        if member.paused is None:
            raise Conflict(f"{person} is not paused.")
        _update(member, "member.resume", by, paused=None)


def remove(project: Project, person: User, *, by: User) -> None:
    """They see the project no more; their judgments stay. Anybody may remove themselves but the last owner."""
    with transaction.atomic():
        member = _locked(project, person)
        if person != by:
            _check(by, project, member.role)
        _keep_an_owner(member)
        person.work_groups.through.objects.filter(user=person, group__project=project).delete()
        audit.record("member.remove", project=project, actor=by, target=str(person.public), role=member.role)
        member.delete()
        people_changed.send(Membership, project=project, people=[person.pk])


def _locked(project: Project, person: User) -> Membership:
    """The membership as it is now. Roles of one project change one after the other: two owners cannot go at once."""
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)
    lock_people([person.pk])
    member = Membership.objects.filter(project=project, user=person).first()
    if member is None:
        raise Conflict(GONE)
    return member


def _check(by: User, project: Project, *roles: str) -> None:
    """As it is now: whoever was demoted while they waited gives no roles any more."""
    given = roles_given_by(by, project)
    if any(role not in given for role in roles):
        owners = Role.OWNER in roles
        raise PermissionDenied(
            "Only an owner makes or unmakes owners." if owners else "You may do this to people below your own role."
        )


def _keep_an_owner(member: Membership) -> None:
    others = Membership.objects.filter(project=member.project_id, role=Role.OWNER, user__is_active=True)
    if member.role == Role.OWNER and not others.exclude(pk=member.pk).exists():
        raise PrefereeError(f"{member.user} is the last owner. Make somebody else an owner first.")


def _update(member: Membership, verb: str, by: User, *, before: str = "", why: str = "", **fields: object) -> None:
    Membership.objects.filter(pk=member.pk).update(**fields)
    detail = {
        name: value for name, value in {"role": fields.get("role"), "before": before, "why": why}.items() if value
    }
    audit.record(verb, project=member.project, actor=by, target=str(member.user.public), **detail)
    people_changed.send(Membership, project=member.project, people=[member.user_id])
