"""Endpoints, which staff of the installation set up: all of them, one, a new one, a test."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.http import UserRequest
from core.models import Project
from core.views.access import signed_in
from synth.endpoints import (
    Unfit,
    bring_back_endpoint,
    change_endpoint,
    create_endpoint,
    has_key,
    judges_of,
    retire_endpoint,
)
from synth.models import Endpoint
from synth.trying import Tested, tested_of, try_endpoint
from synth.views.endpoint_form import EndpointForm

PAGE = "synth/endpoint.html"


@dataclass(frozen=True, slots=True)
class Row:
    endpoint: Endpoint
    tested: Tested | None
    has_key: bool


@require_safe
@signed_in
def endpoints(request: UserRequest) -> HttpResponse:
    _staff_only(request)
    projects = Prefetch("projects", Project.objects.order_by("name"))
    found = Endpoint.objects.prefetch_related(projects).order_by("name")
    rows = [Row(each, tested_of(each), has_key(each)) for each in found]
    context = {
        "here": "endpoints",
        "rows": [row for row in rows if row.endpoint.retired is None],
        "retired": [row for row in rows if row.endpoint.retired],
    }
    return render(request, "synth/endpoints.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_endpoint(request: UserRequest) -> HttpResponse:
    _staff_only(request)
    if request.method != "POST":
        return _page(request, None, EndpointForm())
    form = EndpointForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            made = create_endpoint(said["name"], form.said, said["projects"], by=request.user)
            return redirect("endpoint", made.public)
        except Unfit as error:
            form.mark(error.faults)
    return _page(request, None, form, 422)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def endpoint(request: UserRequest, endpoint: UUID) -> HttpResponse:
    found = _found(request, endpoint)
    if request.method != "POST":
        return _page(request, found, EndpointForm(endpoint=found))
    form = EndpointForm(request.POST, endpoint=found)
    if form.is_valid():
        try:
            change_endpoint(found, form.said, form.cleaned_data["projects"], by=request.user)
            return redirect("endpoints")
        except Unfit as error:
            form.mark(error.faults)
    return _page(request, found, form, 422)


@require_POST
@signed_in
def retire_endpoint_page(request: UserRequest, endpoint: UUID) -> HttpResponse:
    """Or bring it back, where `to` says so."""
    found = _found(request, endpoint)
    verb = bring_back_endpoint if request.POST.get("to") == "back" else retire_endpoint
    verb(found, by=request.user)
    return redirect("endpoint", found.public)


@require_POST
@signed_in
def test_endpoint(request: UserRequest, endpoint: UUID) -> HttpResponse:
    """What it says is kept on the page; without scripts the page is loaded again."""
    found = _found(request, endpoint)
    tested = try_endpoint(found, by=request.user)
    if not request.htmx:
        return redirect("endpoint", found.public)
    context = {"endpoint": found, "tested": tested, "has_key": has_key(found)}
    return render(request, f"{PAGE}#tested", context)


def _staff_only(request: UserRequest) -> None:
    if not request.user.is_staff:
        raise PermissionDenied("Only staff of this installation set up endpoints.")


def _found(request: UserRequest, public: UUID) -> Endpoint:
    _staff_only(request)
    return get_object_or_404(Endpoint, public=public)


def _page(request: UserRequest, found: Endpoint | None, form: EndpointForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"here": "endpoints", "endpoint": found, "form": form}
    if found is not None:
        context |= {"tested": tested_of(found), "has_key": has_key(found), "judges": judges_of(found)}
    return render(request, PAGE, context, status=status)
