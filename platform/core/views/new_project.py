"""Make a project: its name, the address that follows from it, how many people a comparison, the time zone."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import PrefereeError
from core.http import UserRequest
from core.models.project import known_time_zone
from core.project_settings import LONGEST_NAME, MOST_PEOPLE
from core.projects import LONGEST_SLUG, check_may_create, create_project, free_slug
from core.views.access import signed_in

TEMPLATE = "core/new_project.html"
NO_OVERLAP = f"Write a number from 1 to {MOST_PEOPLE}."
OVERLAP_ERRORS = dict.fromkeys(("required", "invalid", "min_value", "max_value"), NO_OVERLAP)


class ProjectForm(forms.Form):
    """An address that is left empty follows from the name."""

    name = forms.CharField(
        max_length=LONGEST_NAME,
        error_messages={"required": "Write a name.", "max_length": f"Shorten it to {LONGEST_NAME} characters."},
    )
    slug = forms.CharField(
        required=False,
        max_length=LONGEST_SLUG,
        error_messages={"max_length": f"Shorten it to {LONGEST_SLUG} characters."},
    )
    overlap = forms.IntegerField(min_value=1, max_value=MOST_PEOPLE, error_messages=OVERLAP_ERRORS)
    time_zone = forms.CharField(
        max_length=60, validators=[known_time_zone], error_messages={"required": "Write one like Europe/Zurich or UTC."}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_project(request: UserRequest) -> HttpResponse:
    check_may_create(request.user)
    if request.method != "POST":
        return _suggested(request) if request.htmx else _page(request, ProjectForm(initial=FRESH))
    form = ProjectForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    said = form.cleaned_data
    slug = said.pop("slug") or free_slug(said["name"])
    try:
        project = create_project(slug, owner=request.user, **said)
    except PrefereeError as error:
        form.add_error("slug", str(error))
        return _page(request, form, status=422)
    return redirect("overview", project.slug)


FRESH = {"overlap": 1, "time_zone": "UTC"}


def _suggested(request: UserRequest) -> HttpResponse:
    """The address that follows from the name as far as it is typed, until somebody has written another one."""
    name, slug = request.GET.get("name", "")[:LONGEST_NAME], request.GET.get("slug", "")[:LONGEST_SLUG]
    if slug == request.GET.get("suggested", ""):
        slug = free_slug(name) if name.strip() else ""
        return _address(request, slug, slug)
    return _address(request, slug, "")


def _address(request: UserRequest, slug: str, suggested: str) -> HttpResponse:
    form = ProjectForm(initial={"slug": slug})
    return render(request, f"{TEMPLATE}#address", {"form": form, "suggested": suggested})


def _page(request: UserRequest, form: ProjectForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "zones": sorted(available_timezones()), "here": "projects"}
    return render(request, TEMPLATE, context, status=status)
