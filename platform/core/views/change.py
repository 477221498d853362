"""The form around a table: change what is chosen, at once where it is little, else after a look at what will happen."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.errors import PrefereeError
from core.facts.filters import filters_of
from core.facts.search import Kind
from core.http import UserRequest
from core.models import Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.changing import DRASTIC, Change, Selection, apply, change_of, selection_of
from core.views.comparisons import comparisons_page
from core.views.pages import in_project
from core.views.prompts import prompts_page
from core.views.table import TABLES

PAGES: dict[Kind, Callable[..., HttpResponse]] = {"comparison": comparisons_page, "prompt": prompts_page}


@require_POST
@signed_in
def change_comparisons(request: UserRequest, slug: str) -> HttpResponse:
    return _change(request, get_project(request.user, slug, "manage"), "comparison")


@require_POST
@signed_in
def change_prompts(request: UserRequest, slug: str) -> HttpResponse:
    return _change(request, get_project(request.user, slug, "manage"), "prompt")


def _change(request: UserRequest, project: Project, kind: Kind) -> HttpResponse:
    selection = selection_of(project, kind, request.POST)
    try:
        change = change_of(project, kind, request.POST)
        if selection.is_empty:
            raise PrefereeError(f"Tick the {kind}s first, or choose all that fit.")
        if _is_to_be_asked(change, selection) and not request.POST.get("confirmed"):
            return _ask(request, project, kind, change, selection)
        messages.success(request, apply(change, selection, by=request.user))
    except PrefereeError as error:
        return PAGES[kind](request, project, selection.query, status=422, refused=str(error), posted=request.POST)
    return redirect(_back(project, kind, selection.query))


def _is_to_be_asked(change: Change, selection: Selection) -> bool:
    return selection.upto is not None or change.action in DRASTIC


def _ask(request: UserRequest, project: Project, kind: Kind, change: Change, selection: Selection) -> HttpResponse:
    table = TABLES[kind].value
    context = in_project(
        request.user,
        project,
        table,
        kind=kind,
        change=change,
        count=selection.count,
        filters=filters_of(project, kind, selection.query, names=True),
        back=_back(project, kind, selection.query),
        rows=request.POST.getlist("row"),
        posted=request.POST,
        address=reverse(f"change_{table}", args=[project.slug]),
    )
    return render(request, "core/change.html", context)


def _back(project: Project, kind: Kind, query: QueryDict) -> str:
    """The table, narrowed as it was; its first page, for what was changed may have moved."""
    address = filters_of(project, kind, query, names=True).query
    return reverse(TABLES[kind].value, args=[project.slug]) + (f"?{address}" if address else "")
