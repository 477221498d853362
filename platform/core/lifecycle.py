"""What only an owner does with a project as a whole: archive, restore, hand over, delete."""

from django.db import transaction
from django.utils import timezone

from core import audit, deletion
from core.errors import Conflict, PrefereeError
from core.models import Membership, Project, Role, Run, RunState, User
from core.models.project import GOING
from core.models.run import OVER
from core.schedules.actions import delete_schedule, follow_time_zone

ARCHIVED = "The project was archived. Restore it, then resume the run."
LONGEST_START = 40


@transaction.atomic
def archive(project: Project, *, by: User | None = None) -> None:
    """Nothing in it changes any more: runs are paused, and its schedules start none until it is restored."""
    locked = _locked(project)
    if locked.archived:
        raise Conflict(f"{locked.name} is archived already.")
    locked.archived = timezone.now()
    locked.save(update_fields=["archived"])
    going = Run.objects.filter(project=locked, state__in=(RunState.RUNNING, RunState.PARKED))
    paused = going.update(state=RunState.PAUSED, error=ARCHIVED)
    audit.record("project.archive", project=locked, actor=by, target=locked.slug, runs_paused=paused)
    project.archived = locked.archived


@transaction.atomic
def restore(project: Project, *, by: User | None = None) -> None:
    """Work goes on; what schedules would have started meanwhile is not made up for."""
    locked = _locked(project)
    if not locked.archived:
        raise Conflict(f"{locked.name} is not archived.")
    locked.archived = None
    locked.save(update_fields=["archived"])
    follow_time_zone(locked)
    audit.record("project.restore", project=locked, actor=by, target=locked.slug)
    project.archived = None


@transaction.atomic
def hand_over(project: Project, member: Membership, *, by: User) -> None:
    """That member owns the project; who hands it over manages it from then on. Other owners stay."""
    members = {each.pk: each for each in Membership.objects.select_for_update().filter(project=project)}
    heir = members.get(member.pk)
    if heir is None or not heir.user.is_active:
        raise Conflict("This person is no member any more. Choose somebody else.")
    if heir.role == Role.OWNER:
        raise Conflict(f"{heir.user} owns {project.name} already. Choose somebody else.")
    own = next((each for each in members.values() if each.user_id == by.pk and each.role == Role.OWNER), None)
    _give(heir, Role.OWNER)
    if own is not None:
        _give(own, Role.MANAGER)
    target = str(heir.user.public)
    audit.record("project.hand_over", project=project, actor=by, target=target, name=project.name, to=str(heir.user))


def _give(membership: Membership, role: Role) -> None:
    membership.role = role
    membership.save(update_fields=["role"])


@transaction.atomic
def delete_project(project: Project, *, by: User | None = None) -> None:
    """From now on nobody sees it, and its address is free; its rows and files go in the background."""
    locked = _locked(project)
    if not locked.archived:
        raise PrefereeError(f"{locked.name} is not archived. Archive it first, so that nobody is in the middle of it.")
    for schedule in locked.schedules.all():
        delete_schedule(schedule, by=by)
    going = Run.objects.filter(project=locked).exclude(state__in=OVER)
    going.update(state=RunState.CANCELLED, finished=timezone.now())
    slug, locked.slug = locked.slug, f"{locked.slug[:LONGEST_START]}{GOING}{locked.pk}"
    locked.save(update_fields=["slug"])
    audit.record("project.delete", project=locked, actor=by, target=slug, name=locked.name)
    deletion.set_files_aside(slug, locked.slug)
    transaction.on_commit(lambda: deletion.begin(locked.pk))


def _locked(project: Project) -> Project:
    found = Project.objects.standing().select_for_update(no_key=True).filter(pk=project.pk).first()
    if found is None:
        raise Conflict(f"{project.name} was deleted meanwhile.")
    return found
