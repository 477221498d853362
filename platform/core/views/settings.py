"""The general settings of a project."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import Conflict, PrefereeError
from core.http import UserRequest
from core.images.standing import standing_of
from core.models import Project
from core.permissions import get_project
from core.project_settings import Settings, change_settings, settings_of
from core.runs.budget import spent_of
from core.runs.inside import would_be_refused
from core.views.access import signed_in
from core.views.new_project import ProjectForm
from core.views.pages import in_project

TEMPLATE = "core/settings.html"
NO_AMOUNT = "Write an amount like 50 or 12.50, or nothing."
NO_HOURS = "Write whole hours like 40, or nothing."


class SettingsForm(ProjectForm):
    slug = None  # type: ignore[assignment]  # an address stays
    seen = forms.CharField(required=False, max_length=64)
    waiting_too = forms.BooleanField(required=False)
    budget = forms.DecimalField(
        required=False,
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"), NO_AMOUNT
        ),
    )
    budget_hours = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), NO_HOURS),
    )
    text_stays_inside = forms.BooleanField(required=False)
    fetches_images = forms.BooleanField(required=False)

    @property
    def wanted(self) -> Settings:
        """What a valid form says."""
        return Settings(**{name: self.cleaned_data[name] for name in Settings.__slots__})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    if request.method != "POST":
        now = settings_of(project)
        return _page(request, project, SettingsForm(initial={**asdict(now), "seen": now.mark}))
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _page(request, project, form, 422)
    said = form.cleaned_data
    try:
        run = change_settings(project, form.wanted, seen=said["seen"], waiting_too=said["waiting_too"], by=request.user)
    except Conflict as error:
        return _stale(request, project, form, str(error))
    except PrefereeError as error:
        return _page(request, project, form, 422, error=str(error))
    return redirect("run", project.slug, run.public) if run else redirect("settings", project.slug)


def _stale(request: UserRequest, project: Project, form: SettingsForm, error: str) -> HttpResponse:
    """What was typed stays, with what holds now beside each field that differs; saved again, it wins."""
    project.refresh_from_db()
    now = settings_of(project)
    held = {name: value for name, value in now.plain.items() if value != form.wanted.plain[name]}
    shown = {name: "none" if value is None else value for name, value in held.items()}
    again = SettingsForm({**request.POST.dict(), "seen": now.mark})
    return _page(request, project, again, 409, error=error, held=shown)


def _page(request: UserRequest, project: Project, form: SettingsForm, status: int = 200, **shown: Any) -> HttpResponse:
    context = in_project(
        request.user,
        project,
        "settings",
        tab="general",
        form=form,
        zones=sorted(available_timezones()),
        spent=spent_of(project),
        waiting=project.comparisons.exists(),
        images=standing_of(project),
        refused=[] if project.text_stays_inside else would_be_refused(project),
        **shown,
    )
    return render(request, TEMPLATE, context, status=status)
