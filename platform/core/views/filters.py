"""Keep what a table is narrowed to under a name, and throw it away."""

from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.errors import PrefereeError
from core.facts.filters import filters_of
from core.filters import delete_saved, save
from core.http import UserRequest
from core.models import SavedFilter
from core.permissions import get_project, may
from core.views.access import signed_in
from core.views.change import PAGES
from core.views.table import KIND_OF, may_see_names


@require_POST
@signed_in
def save_filter(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "read")
    table = request.POST.get("table", "")
    if table not in KIND_OF:
        raise Http404("There is no such table.")
    query = QueryDict(request.POST.get("query", ""))
    names = may_see_names(request.user, project)
    wanted = filters_of(project, KIND_OF[table], query, names=names)
    shared = bool(request.POST.get("shared")) and may(request.user, project, "manage")
    try:
        save(project, table, request.POST.get("name", ""), wanted.query, shared=shared, by=request.user)
    except PrefereeError as error:
        typed = request.POST.get("name", "")
        return PAGES[KIND_OF[table]](request, project, query, status=422, save_error=str(error), save_name=typed)
    return redirect(f"{reverse(table, args=[project.slug])}?{wanted.query}")


@require_POST
@signed_in
def delete_filter(request: UserRequest, slug: str, saved: UUID) -> HttpResponse:
    """One's own alone."""
    project = get_project(request.user, slug, "read")
    found = get_object_or_404(SavedFilter, project=project, user=request.user, public=saved)
    delete_saved(found, by=request.user)
    return redirect(found.table, project.slug)
