"""The gold sets of a project: what judges are measured by. Annotators never see them."""

from uuid import UUID

from django.db.models import Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import Conflict, PrefereeError
from core.gold.actions import LONGEST_NAME, NEEDED, make_gold_set
from core.gold.reading import versions_in, versions_of
from core.gold.starter import MOST, NAME, USUAL, make_starter_set
from core.http import UserRequest
from core.models import Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project

ROWS = 50


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def gold(request: UserRequest, slug: str) -> HttpResponse:
    """The versions, and a form that makes a new set."""
    project = get_project(request.user, slug, "manage" if request.method == "POST" else "names")
    if request.method != "POST":
        return _page(request, project)
    name = request.POST.get("name", "")
    try:
        made = make_gold_set(project, name, by=request.user)
    except PrefereeError as error:
        return _page(request, project, status=422, typed=name, error=str(error))
    return redirect("gold_set", slug, made.public)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def starter_set(request: UserRequest, slug: str) -> HttpResponse:
    """Draw comparisons for people to answer."""
    project = get_project(request.user, slug, "manage")
    count, name = request.POST.get("count", str(USUAL)), request.POST.get("name", NAME)
    error, status = "", 200
    if request.method == "POST":
        try:
            made = make_starter_set(project, by=request.user, count=_number(count), name=name)
            return redirect("gold_set", slug, made.public)
        except PrefereeError as refused:
            error, status = str(refused), 409 if isinstance(refused, Conflict) else 422
    limits = {"most": MOST, "longest_name": LONGEST_NAME, "needed": NEEDED}
    context = in_project(request.user, project, "gold", count=count, name=name, error=error, **limits)
    return render(request, "core/starter_set.html", context, status=status)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _page(
    request: UserRequest, project: Project, *, status: int = 200, typed: str = "", error: str = ""
) -> HttpResponse:
    sets = versions_in(project)
    if before := uuid_of(request.GET.get("before", "")):
        sets = sets.filter(pk__lt=Subquery(sets.filter(public=before).values("pk")))
    rows = versions_of(sets, ROWS + 1)
    context = in_project(
        request.user,
        project,
        "gold",
        rows=rows[:ROWS],
        older=rows[ROWS - 1].row.public if len(rows) > ROWS else None,
        later="before" in request.GET,
        needed=NEEDED,
        typed=typed,
        error=error,
        longest_name=LONGEST_NAME,
    )
    return render(request, "core/gold.html", context, status=status)


def uuid_of(text: str) -> UUID | None:
    """None of what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
