"""One person of a project: what they did, and what may be done: groups, role, pause, removal."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.charts.service import hours_chart
from core.errors import PrefereeError
from core.groups import set_groups
from core.hours import days_of
from core.http import UserRequest
from core.members import LONGEST_WHY, pause, remove, resume, roles_given_by, why_paused
from core.members import change_role as give_role
from core.models import Membership, Project
from core.permissions import get_project
from core.team import person_of
from core.views.access import signed_in
from core.views.pages import in_project
from core.views.team import asked_period, of_period

WRONG_NAME = "This is not their name. Write “{}” to remove them."


@require_safe
@signed_in
def person(request: UserRequest, slug: str, person: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "team")
    audit.viewed(request.user, project, "hours", str(person))
    return _page(request, project, member_of(project, person))


@require_POST
@signed_in
def person_groups(request: UserRequest, slug: str, person: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "team")
    member = member_of(project, person)
    chosen = project.groups.filter(public__in=_uuids(request.POST.getlist("groups")))
    return _act(request, project, member, lambda: set_groups(project, member.user, chosen, by=request.user))


@require_POST
@signed_in
def change_role(request: UserRequest, slug: str, person: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "team")
    member = member_of(project, person)
    role = request.POST.get("role", "")
    return _act(request, project, member, lambda: give_role(project, member.user, role, by=request.user))


@require_POST
@signed_in
def pause_person(request: UserRequest, slug: str, person: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "team")
    member = member_of(project, person)
    why = " ".join(request.POST.get("why", "").split())
    return _act(request, project, member, lambda: pause(project, member.user, by=request.user, why=why))


@require_POST
@signed_in
def resume_person(request: UserRequest, slug: str, person: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "team")
    member = member_of(project, person)
    return _act(request, project, member, lambda: resume(project, member.user, by=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def remove_person(request: UserRequest, slug: str, person: UUID) -> HttpResponse:
    """Asks for the name, so that the right one goes."""
    project = get_project(request.user, slug, "team")
    member = member_of(project, person)
    name, typed, error = str(member.user), request.POST.get("name", ""), ""
    if request.method == "POST":
        error = WRONG_NAME.format(name) if " ".join(typed.split()) != " ".join(name.split()) else ""
        if not error:
            return _removed(request, project, member)
    return _asked(request, project, member, typed, error, status=422 if error else 200)


def member_of(project: Project, public: UUID) -> Membership:
    return get_object_or_404(project.memberships.select_related("user"), user__public=public)


def _removed(request: UserRequest, project: Project, member: Membership) -> HttpResponse:
    try:
        remove(project, member.user, by=request.user)
    except PrefereeError as error:
        return _asked(request, project, member, str(member.user), str(error), status=409)
    went_themselves = member.user == request.user and not request.user.is_staff
    return redirect("projects") if went_themselves else redirect("team", project.slug)


def _asked(
    request: UserRequest, project: Project, member: Membership, typed: str, error: str, *, status: int
) -> HttpResponse:
    shown = {"member": member, "typed": typed, "error": error, "is_self": member.user == request.user}
    context = in_project(request.user, project, "team", tab="person", **shown)
    return render(request, "core/remove_person.html", context, status=status)


def _act(request: UserRequest, project: Project, member: Membership, verb: Callable[[], object]) -> HttpResponse:
    """Do it and go to their page; what cannot be done is said there."""
    try:
        verb()
    except PrefereeError as error:
        return _page(request, project, member, refused=str(error), status=409)
    return redirect("person", project.slug, member.user.public)


def _page(
    request: UserRequest, project: Project, member: Membership, *, refused: str = "", status: int = 200
) -> HttpResponse:
    period, error = asked_period(project, request.GET)
    found = person_of(project, member, period)
    days = days_of(project, period, member.user)
    shown: dict[str, Any] = {
        "member": found.member,
        "days": days,
        "chart": hours_chart(days, period, title=f"Hours of {member.user} by day", prefix="hours"),
        "groups": project.groups.order_by("name"),
        "roles": roles_given_by(request.user, project),
        "is_self": member.user == request.user,
        "refused": refused,
        "why": why_paused(project, member.user) if member.paused else "",
        "longest_why": LONGEST_WHY,
    }
    context = in_project(request.user, project, "team", tab="person", **shown, **of_period(request.GET, period, error))
    return render(request, "core/person.html", {**context, "person": found}, status=422 if error else status)


def _uuids(texts: list[str]) -> list[UUID]:
    """Those that are UUIDs; a form of ours sends no others."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
