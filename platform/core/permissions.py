"""Who may do what: five roles, a handful of verbs. docs/roles.md shows this table, and a test holds it to that."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, get_args

from django.core.exceptions import PermissionDenied
from django.http import Http404

from core.models import Membership, Project, Role, User
from core.models.project import GOING
from core.rows import Ask, Columns, ask, split

Verb = Literal["see", "judge", "read", "names", "review", "manage", "team", "audit", "own"]

INCLUDES: dict[Verb, str] = {
    "see": "that the project exists, its guidelines, one's own figures",
    "judge": "the work page: answer, skip, one's own answers",
    "read": "prompts, responses with their authors, comparisons, labels, runs, figures; judgments without their judge",
    "names": "who judged, when, in which order, and why",
    "review": "decide a comparison",
    "manage": "settings, import, compare, runs and schedules, tags, votes, withdrawal, exports and downloads",
    "team": "invite, roles below one's own, groups and their tags, pause, hours and pace of each person",
    "audit": "the audit log",
    "own": "archive, hand over, erase, delete; the role of owner",
}
MAY: dict[str, frozenset[Verb]] = {
    Role.OWNER: frozenset(get_args(Verb)),
    Role.MANAGER: frozenset({"see", "judge", "read", "names", "review", "manage", "team", "audit"}),
    Role.REVIEWER: frozenset({"see", "judge", "read", "names", "review"}),
    Role.ANNOTATOR: frozenset({"see", "judge"}),
    Role.VIEWER: frozenset({"see", "read"}),
}
# Installation staff see and manage every project; they judge only where they are members.
STAFF: frozenset[Verb] = frozenset(get_args(Verb)) - {"judge"}
# What an archived project takes no more.
CHANGING: frozenset[Verb] = frozenset({"judge", "review", "manage", "team"})
NOTHING: frozenset[Verb] = frozenset()
# As `Project.objects.visible_to` has it, with the role of the user.
PROJECT = Columns(Project, "p")
BY_SLUG = f"""
SELECT {PROJECT}, m.role, m.paused
  FROM core_project p JOIN core_user u ON u.id = {{who}}
  LEFT JOIN core_membership m ON m.project_id = p.id AND m.user_id = u.id
 WHERE p.slug = %(slug)s AND strpos(p.slug, %(going)s) = 0 AND (m.id IS NOT NULL OR u.is_staff AND u.is_active)
"""
OF_PERSON = BY_SLUG.format(who="%(who)s")
OF_SESSION = BY_SLUG.format(who="(SELECT s.user_id FROM core_session s WHERE s.session_key = %(who)s)")


def verbs_in(user: User, projects: Sequence[Project]) -> Mapping[int, frozenset[Verb]]:
    """What the user may do in each of the projects, by primary key, in one query."""
    rows = Membership.objects.filter(user=user, project__in=projects).values_list("project", "role", "paused")
    roles = {pk: (role, paused) for pk, role, paused in rows}
    return {project.pk: _verbs(user, project, *roles.get(project.pk, (None, None))) for project in projects}


def _verbs(user: User, project: Project, role: str | None, paused: datetime | None) -> frozenset[Verb]:
    of_role = MAY[role] - ({"judge"} if paused else NOTHING) if role else NOTHING
    of_staff = STAFF if user.is_staff and user.is_active else NOTHING
    return (of_role | of_staff) - (CHANGING if project.archived else NOTHING)


def verbs_of(user: User, project: Project) -> frozenset[Verb]:
    return verbs_in(user, [project])[project.pk]


def may(user: User, project: Project, verb: Verb) -> bool:
    return verb in verbs_of(user, project)


def project_of_session(session_key: str, slug: str) -> Ask:
    """What `get_project` reads for whoever the session is of, so that it can be read along with that."""
    return OF_SESSION, {"who": session_key, "slug": slug, "going": GOING}


def get_project(user: User, slug: str, verb: Verb) -> Project:
    """The project, if the user may see it and do this; a stranger cannot tell it from one that does not exist."""
    rows = user.read_along.pop(slug, None) if user.read_along else None
    if rows is None and "\0" not in slug:
        rows = ask(OF_PERSON, {"who": user.pk, "slug": slug, "going": GOING})
    if not rows:
        raise Http404("There is no such project.")
    project, role, paused = split(rows[0], PROJECT)
    if verb not in _verbs(user, project, role, paused):
        raise PermissionDenied(_why_not(user, project, verb))
    found: Project = project
    return found


def _why_not(user: User, project: Project, verb: Verb) -> str:
    if project.archived and verb in CHANGING:
        return f"{project.name} is archived, so nothing in it changes. Its owner can restore it in the settings."
    if verb == "judge" and Membership.objects.filter(user=user, project=project, paused__isnull=False).exists():
        return f"You are paused in {project.name}. Ask somebody who manages it when you can go on."
    return f"Your role in {project.name} does not include this."
