"""The rounds of a project: which is open and until when, and the next."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core import rounds as verbs
from core.errors import PrefereeError
from core.http import UserRequest
from core.models import Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project

TEMPLATE = "core/rounds.html"
SHOWN = 50
NO_DATE = "Write a day and a time, or nothing."


class RoundForm(forms.Form):
    name = forms.CharField(
        required=False,
        max_length=verbs.LONGEST_NAME,
        error_messages={"max_length": f"Shorten it to {verbs.LONGEST_NAME} characters."},
    )
    due = forms.DateTimeField(
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": NO_DATE},
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(project.time_zone)

    def clean_due(self) -> datetime | None:
        """As it is meant in the project's time zone, whichever the server's is."""
        due: datetime | None = self.cleaned_data["due"]
        return None if due is None else due.replace(tzinfo=self.zone)


class NumberForm(RoundForm):
    number = forms.IntegerField(min_value=0, max_value=2**31 - 1, error_messages={"invalid": "Reload the page."})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rounds(request: UserRequest, slug: str) -> HttpResponse:
    """The page; sent, it opens the next round."""
    project = get_project(request.user, slug, "manage")
    if request.method != "POST":
        return _page(request, project, RoundForm(project=project))
    form = RoundForm(request.POST, project=project)
    said = form.cleaned_data if form.is_valid() else {}
    return _act(
        request,
        project,
        form,
        lambda: verbs.open_round(project, said["name"], due=said["due"], by=request.user),
    )


@require_POST
@signed_in
def close_round(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    form = NumberForm(request.POST, project=project)
    return _act(
        request, project, form, lambda: verbs.close_round(project, form.cleaned_data["number"], by=request.user)
    )


@require_POST
@signed_in
def due_round(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    form = NumberForm(request.POST, project=project)

    def set_due() -> None:
        said = form.cleaned_data
        verbs.set_due(project, said["number"], said["due"], by=request.user)

    return _act(request, project, form, set_due)


def _act(request: UserRequest, project: Project, form: RoundForm, verb: Callable[[], Any]) -> HttpResponse:
    if not form.is_valid():
        return _page(request, project, form, str(next(iter(form.errors.values()))[0]), 422)
    try:
        verb()
    except PrefereeError as error:
        return _page(request, project, form, str(error), 422)
    return redirect("rounds", project.slug)


def _page(request: UserRequest, project: Project, form: RoundForm, error: str = "", status: int = 200) -> HttpResponse:
    found = list(project.rounds.select_related("question_set").order_by("-number")[: SHOWN + 1])
    context = in_project(
        request.user,
        project,
        "settings",
        tab="rounds",
        form=form,
        error=error,
        rows=found[:SHOWN],
        more=len(found) > SHOWN,
        zone=project.time_zone,
    )
    return render(request, TEMPLATE, context, status=status)
