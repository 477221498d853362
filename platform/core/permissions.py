"""Who may do what: five roles, a handful of verbs."""

from typing import Literal

from django.core.exceptions import PermissionDenied
from django.http import Http404

from core.models import Membership, Project, Role, User

Verb = Literal["see", "judge", "review", "read", "manage", "own"]

# see: that the project exists; judge: the work page; review: decide; read: everybody's judgments and datasets;
# manage: import, compare, export, people; own: hand over and delete.
MAY: dict[str, frozenset[Verb]] = {
    Role.OWNER: frozenset({"see", "judge", "review", "read", "manage", "own"}),
    Role.MANAGER: frozenset({"see", "judge", "review", "read", "manage"}),
    Role.REVIEWER: frozenset({"see", "judge", "review", "read"}),
    Role.ANNOTATOR: frozenset({"see", "judge"}),
    Role.VIEWER: frozenset({"see", "read"}),
}


def role_in(user: User, project: Project) -> str | None:
    return Membership.objects.filter(user=user, project=project).values_list("role", flat=True).first()


def may(user: User, project: Project, verb: Verb) -> bool:
    """Installation staff see and manage every project; they judge only where they are members."""
    if user.is_staff and user.is_active and verb != "judge":
        return True
    return verb in MAY.get(role_in(user, project) or "", frozenset())


def get_project(user: User, slug: str, verb: Verb) -> Project:
    """The project, if the user may see it and do this; a stranger cannot tell it from one that does not exist."""
    project = Project.objects.visible_to(user).filter(slug=slug).first()
    if project is None:
        raise Http404("There is no such project.")
    if not may(user, project, verb):
        raise PermissionDenied(f"Your role in {project.name} does not include this.")
    return project
