"""What every page of a project shows around its content."""

from typing import Any

from core.models import Project, User
from core.permissions import MAY, Verb, role_in


def verbs_of(person: User, project: Project) -> frozenset[Verb]:
    """All that `permissions.may` would allow, in one query."""
    verbs = MAY.get(role_in(person, project) or "", frozenset())
    return verbs | frozenset({"see", "review", "read", "manage", "own"}) if person.is_staff else verbs


def in_project(person: User, project: Project, here: str, **context: Any) -> dict[str, Any]:
    """The context of a page; `here` names the entry of the rail."""
    return {"project": project, "verbs": verbs_of(person, project), "here": here, **context}
