"""What every page of a project shows around its content."""

from typing import Any

from core.models import Project, User
from core.permissions import verbs_of


def in_project(person: User, project: Project, here: str, **context: Any) -> dict[str, Any]:
    """The context of a page; `here` names the entry of the rail."""
    return {"project": project, "verbs": verbs_of(person, project), "here": here, **context}
