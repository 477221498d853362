"""What a person does with a run: each button of its page is a form that leads back to it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.errors import PrefereeError
from core.http import UserRequest
from core.models import Run
from core.permissions import get_project
from core.runs import actions
from core.runs.standing import standing_of
from core.views.access import signed_in
from core.views.run import run_in, run_page

NO_AMOUNT = "Write an amount like 5 or 2.50."


class LimitForm(forms.Form):
    max_cost = forms.DecimalField(
        required=False,
        min_value=Decimal("0.0001"),
        max_digits=12,
        decimal_places=4,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_digits", "max_decimal_places"), NO_AMOUNT),
    )


@require_POST
@signed_in
def pause(request: UserRequest, slug: str, run: UUID) -> HttpResponse:
    return _act(request, slug, run, actions.pause)


@require_POST
@signed_in
def resume(request: UserRequest, slug: str, run: UUID) -> HttpResponse:
    """With another limit of the run's cost, where one is given; with a higher one, where the old one stopped it."""
    project = get_project(request.user, slug, "manage")
    found = run_in(request, project, run)
    form = LimitForm(request.POST)
    error = _too_low(found, form.cleaned_data["max_cost"]) if form.is_valid() else form.errors["max_cost"][0]
    if error:
        said = {"limit": request.POST.get("max_cost", ""), "limit_error": error}
        return run_page(request, project, found, status=422, **said)
    return _act(request, slug, run, actions.resume, max_cost=form.cleaned_data["max_cost"])


def _too_low(run: Run, limit: Decimal | None) -> str:
    """A run that may cost no more than it has would stop again at once."""
    standing = standing_of(run)
    enough = limit > standing.cost if limit is not None else not standing.is_spent
    return "" if enough else f"Write an amount above {standing.cost:f}, which the run has cost already."


@require_POST
@signed_in
def cancel(request: UserRequest, slug: str, run: UUID) -> HttpResponse:
    return _act(request, slug, run, actions.cancel)


@require_POST
@signed_in
def retry(request: UserRequest, slug: str, run: UUID) -> HttpResponse:
    return _act(request, slug, run, actions.retry_failed)


@require_POST
@signed_in
def again(request: UserRequest, slug: str, run: UUID) -> HttpResponse:
    return _act(request, slug, run, actions.run_again)


def _act(request: UserRequest, slug: str, public: UUID, verb: Callable[..., Any], **options: Any) -> HttpResponse:
    """Do it and go to the run's page, or to that of the run that it made; what cannot be done is said there."""
    project = get_project(request.user, slug, "manage")
    run = run_in(request, project, public)
    try:
        made = verb(run, by=request.user, **options)
    except PrefereeError as error:
        run.refresh_from_db()
        return run_page(request, project, run, status=409, refused=str(error))
    return redirect("run", project.slug, (made if isinstance(made, Run) else run).public)
