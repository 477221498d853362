"""One group: make it, change its name and its people, delete it."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import PrefereeError
from core.groups import LONGEST_ABOUT, LONGEST_NAME, change_group, make_group, set_people
from core.groups import delete_group as delete
from core.http import UserRequest
from core.models import Group, Project, User
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project

WRONG_NAME = "This is not its name. Write “{}” to delete it."


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_group(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "team")
    return _saved(request, project, None) if request.method == "POST" else _page(request, project, None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def group(request: UserRequest, slug: str, group: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "team")
    found = _found(request, project, group)
    return _saved(request, project, found) if request.method == "POST" else _page(request, project, found)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete_group(request: UserRequest, slug: str, group: UUID) -> HttpResponse:
    """Asks for the name, so that the right one goes."""
    project = get_project(request.user, slug, "team")
    found = _found(request, project, group)
    typed = request.POST.get("name", "")
    if request.method == "POST" and " ".join(typed.split()) == found.name:
        delete(found, by=request.user)
        return redirect("groups", slug)
    error, status = (WRONG_NAME.format(found.name), 422) if request.method == "POST" else ("", 200)
    tags = list(found.tag_rules.order_by("number").values_list("tag", flat=True))
    context = in_project(request.user, project, "team", tab="group", group=found, tags=tags, typed=typed, error=error)
    return render(request, "core/delete_group.html", context, status=status)


def _found(request: UserRequest, project: Project, public: UUID) -> Group:
    groups = Group.objects.visible_to(request.user).select_related("project")
    return get_object_or_404(groups, public=public, project=project)


def _saved(request: UserRequest, project: Project, found: Group | None) -> HttpResponse:
    """The name, the description and the people together, or none of them."""
    name, about = request.POST.get("name", ""), request.POST.get("about", "")
    people = [person for person in _members(project) if str(person.public) in request.POST.getlist("people")]
    try:
        with transaction.atomic():
            group = found or make_group(project, name, about=about, by=request.user)
            if found and (name, about) != (found.name, found.description):
                change_group(group, name, about=about, by=request.user)
            set_people(group, people, by=request.user)
    except PrefereeError as error:
        typed = {"name": name, "about": about, "chosen": {person.pk for person in people}}
        if found:
            found.refresh_from_db()
        return _page(request, project, found, error=str(error), status=422, **typed)
    return redirect("groups", project.slug)


def _page(
    request: UserRequest, project: Project, found: Group | None, *, error: str = "", status: int = 200, **typed: object
) -> HttpResponse:
    as_it_is: dict[str, object] = {
        "name": found.name if found else "",
        "about": found.description if found else "",
        "chosen": set(found.people.values_list("pk", flat=True)) if found else set(),
    }
    shown = {**as_it_is, **typed, "members": _members(project), "error": error}
    limits = {"longest_name": LONGEST_NAME, "longest_about": LONGEST_ABOUT}
    context = in_project(request.user, project, "team", tab="group", group=found, **shown, **limits)
    return render(request, "core/group.html", context, status=status)


def _members(project: Project) -> list[User]:
    found = User.objects.filter(memberships__project=project).order_by("name", "email")
    return list(found)
