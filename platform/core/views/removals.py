"""What was withdrawn, restored and erased in a project, and what each of that touched."""

from uuid import UUID

from django.db.models import QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.http import UserRequest, part
from core.models import Project, Removal
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project

ROWS = 50
# What is said first of what was touched; the rest follows by name.
ORDER = ("prompts", "responses", "judges", "memberships", "comparisons", "judgments", "texts of judgments", "labels")


@require_safe
@signed_in
def removals(request: UserRequest, slug: str) -> HttpResponse:
    """Asks for the verb `audit`, which goes on in an archived project."""
    project = get_project(request.user, slug, "audit")
    found = _of(request, project)
    if before := _uuid(request.GET.get("before", "")):
        found = found.filter(pk__lt=Subquery(found.filter(public=before).values("pk")))
    page = list(found.order_by("-pk")[: ROWS + 1])
    context = in_project(
        request.user,
        project,
        "removals",
        rows=page[:ROWS],
        older=page[ROWS - 1].public if len(page) > ROWS else None,
        later="before" in request.GET,
    )
    return render(request, "core/removals.html", context)


@require_safe
@signed_in
def removal(request: UserRequest, slug: str, removal: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "audit")
    found = get_object_or_404(_of(request, project), public=removal)
    counted = found.report.get("counts", {})
    counts = {name: counted[name] for name in sorted(counted, key=_place) if counted[name]}
    is_over = found.finished is not None or found.run is None or found.run.is_over
    context = in_project(request.user, project, "removals", removal=found, counts=counts, is_over=is_over)
    return render(request, part(request, "core/removal.html", "report"), context)


def _place(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER)), name


def _of(request: UserRequest, project: Project) -> QuerySet[Removal]:
    found = Removal.objects.visible_to(request.user).filter(project=project)
    return found.select_related("run", "created_by")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
