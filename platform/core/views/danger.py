"""What only an owner does with the project as a whole. Each form asks for the project's name."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from core import lifecycle
from core.errors import Conflict, PrefereeError
from core.http import UserRequest
from core.models import Membership, Project, Role
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project

TEMPLATE = "core/danger.html"
WRONG_NAME = "This is not its name. Write “{}”."
NOBODY = "Choose who is to own it."


@require_safe
@signed_in
def danger(request: UserRequest, slug: str) -> HttpResponse:
    return _page(request, get_project(request.user, slug, "own"))


@require_POST
@signed_in
def archive_project(request: UserRequest, slug: str) -> HttpResponse:
    return _act(request, slug, "archive", lambda project: lifecycle.archive(project, by=request.user))


@require_POST
@signed_in
def restore_project(request: UserRequest, slug: str) -> HttpResponse:
    """Takes nothing away, so it asks for no name."""
    project = get_project(request.user, slug, "own")
    try:
        lifecycle.restore(project, by=request.user)
    except PrefereeError as error:
        return _page(request, project, 409, act="restore", error=str(error))
    return redirect("overview", project.slug)


@require_POST
@signed_in
def hand_over(request: UserRequest, slug: str) -> HttpResponse:
    return _act(request, slug, "hand_over", lambda project: _hand_over(request, project))


@require_POST
@signed_in
def delete_project(request: UserRequest, slug: str) -> HttpResponse:
    return _act(
        request, slug, "delete", lambda project: lifecycle.delete_project(project, by=request.user), to="projects"
    )


def _hand_over(request: UserRequest, project: Project) -> None:
    heir = next((each for each in _heirs(project) if str(each.user.public) == request.POST.get("person")), None)
    if heir is None:
        raise PrefereeError(NOBODY)
    lifecycle.hand_over(project, heir, by=request.user)


def _act(
    request: UserRequest, slug: str, act: str, verb: Callable[[Project], None], to: str = "overview"
) -> HttpResponse:
    """Do it where the name was typed, and say in place what is in its way."""
    project = get_project(request.user, slug, "own")
    if " ".join(request.POST.get("name", "").split()) != " ".join(project.name.split()):
        return _page(request, project, 422, act=act, error=WRONG_NAME.format(project.name))
    try:
        verb(project)
    except PrefereeError as error:
        return _page(request, project, 409 if isinstance(error, Conflict) else 422, act=act, error=str(error))
    return redirect("projects") if to == "projects" else redirect(to, project.slug)


def _heirs(project: Project) -> list[Membership]:
    members = Membership.objects.filter(project=project, user__is_active=True).exclude(role=Role.OWNER)
    return list(members.select_related("user").order_by("user__name", "user__email"))


def _page(request: UserRequest, project: Project, status: int = 200, **shown: Any) -> HttpResponse:
    context = in_project(
        request.user,
        project,
        "settings",
        tab="danger",
        heirs=_heirs(project),
        typed=request.POST.get("name", ""),
        chosen=request.POST.get("person", ""),
        **shown,
    )
    return render(request, TEMPLATE, context, status=status)
