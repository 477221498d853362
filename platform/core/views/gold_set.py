"""One version of a gold set: its items, and what is done with it while it is open."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.errors import Conflict, PrefereeError
from core.gold.actions import LEAST_PEOPLE, NEEDED, add_known, close_gold_set, next_version, remove_item
from core.gold.answering import TIERS
from core.gold.reading import Item, items_of, versions_in, versions_of
from core.http import UserRequest
from core.models import Comparison, GoldSet, Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.addresses import beginning, prompt_address
from core.views.gold import uuid_of
from core.views.pages import in_project

ROWS = 50
Verb = Callable[[GoldSet], GoldSet | None]


@require_safe
@signed_in
def gold_set(request: UserRequest, slug: str, gold_set: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "names")
    return _page(request, project, get_object_or_404(versions_in(project), public=gold_set))


@require_POST
@signed_in
def add_gold(request: UserRequest, slug: str, gold_set: UUID) -> HttpResponse:
    """Take in what is known from imports, reviewers or people who agree."""
    tiers, least = request.POST.getlist("from"), request.POST.get("least", str(LEAST_PEOPLE))

    def add(found: GoldSet) -> None:
        people = int(least) if least.isascii() and least.isdigit() and len(least) < 4 else 0
        add_known(found, tiers, by=request.user, least_people=people)

    return _do(request, slug, gold_set, add)


@require_POST
@signed_in
def remove_gold(request: UserRequest, slug: str, gold_set: UUID) -> HttpResponse:
    """Take one comparison out."""

    def remove(found: GoldSet) -> None:
        remove_item(found, _key(found.project, request.POST.get("comparison", "")), by=request.user)

    return _do(request, slug, gold_set, remove)


@require_POST
@signed_in
def close_gold(request: UserRequest, slug: str, gold_set: UUID) -> HttpResponse:
    return _do(request, slug, gold_set, lambda found: close_gold_set(found, by=request.user))


@require_POST
@signed_in
def next_gold(request: UserRequest, slug: str, gold_set: UUID) -> HttpResponse:
    return _do(request, slug, gold_set, lambda found: next_version(found, by=request.user))


def _do(request: UserRequest, slug: str, public: UUID, verb: Verb) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    found = get_object_or_404(versions_in(project).select_related("project"), public=public)
    try:
        made = verb(found)
    except PrefereeError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, project, found, status=status, error=str(error))
    return redirect("gold_set", slug, (made or found).public)


def _page(
    request: UserRequest, project: Project, found: GoldSet, *, status: int = 200, error: str = ""
) -> HttpResponse:
    after = _key(project, request.GET.get("after", ""))
    items = items_of(found, ROWS + 1, after=after)
    (version,) = versions_of(versions_in(project).filter(pk=found.pk), 1)
    is_newest = not versions_in(project).filter(name=found.name, version__gt=found.version).exists()
    context = in_project(
        request.user,
        project,
        "gold",
        version=version,
        rows=[_row(project, item) for item in items[:ROWS]],
        more=items[ROWS - 1].row.comparison.public if len(items) > ROWS else None,
        later=bool(after),
        is_newest=is_newest,
        needed=NEEDED,
        tiers=TIERS,
        least=LEAST_PEOPLE,
        error=error,
    )
    return render(request, "core/gold_set.html", context, status=status)


def _row(project: Project, item: Item) -> tuple[Item, str, str]:
    """With the prompt's first words and address."""
    prompt = item.row.comparison.prompt
    return item, beginning(prompt.messages), prompt_address(project.slug, prompt.public)


def _key(project: Project, text: str) -> int:
    """Of the comparison with this public id; 0 where the project has none."""
    if (public := uuid_of(text)) is None:
        return 0
    return Comparison.objects.filter(project=project, public=public).values_list("pk", flat=True).first() or 0
