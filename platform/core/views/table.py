"""A filtered table of prompts or comparisons, page by page: what both have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from core.facts.draining import catch_up
from core.facts.filters import TableFilters, filters_of
from core.facts.search import Kind, Search
from core.http import UserRequest, part
from core.models import Comparison, Project, Prompt, SavedFilter, Table, User
from core.permissions import verbs_of
from core.views.pages import in_project

ROWS = 50
COUNTED = 1_000
MODELS: dict[Kind, type[Comparison] | type[Prompt]] = {"comparison": Comparison, "prompt": Prompt}
TABLES: dict[Kind, Table] = {"comparison": Table.COMPARISONS, "prompt": Table.PROMPTS}
KIND_OF: dict[str, Kind] = {table: kind for kind, table in TABLES.items()}


@dataclass(frozen=True, slots=True)
class Page:
    """`ids` are the rows', the newest first; `older` is the last of them where there are more, by its public id.

    `upto` is the newest row there is, whether it fits or not: what is changed in all that fit is not newer.
    """

    kind: Kind
    ids: Sequence[int]
    filters: TableFilters
    count: int
    upto: UUID | None
    older: UUID | None
    later: bool
    stale: int

    @property
    def noun(self) -> str:
        return f"{self.kind}{'' if self.count == 1 else 's'}"

    @property
    def count_in_words(self) -> str:
        return f"{COUNTED:,}+" if self.count > COUNTED else f"{self.count:,}"


def page_of(project: Project, kind: Kind, asked: QueryDict, *, names: bool) -> Page:
    """Of facts that are as new as somebody can wait for; `stale` rows may still be missing or stand as they were."""
    stale = catch_up(project)
    filters = filters_of(project, kind, asked, names=names)
    search = Search(project, kind, filters.narrowing)
    before = id_of(project, kind, str(asked.get("before", "")))
    ids = search.find(ROWS + 1, before=before)
    count = len(search.find(COUNTED + 1)) if ids else 0
    newest = [search.ends.most] if search.ends else []
    shown, older = ids[:ROWS], ids[ROWS:]
    publics = dict(MODELS[kind].objects.filter(pk__in=[*newest, *shown[-1:]]).values_list("pk", "public"))
    return Page(
        kind=kind,
        ids=shown,
        filters=filters,
        count=count,
        upto=publics.get(newest[0]) if newest else None,
        older=publics.get(shown[-1]) if older else None,
        later=before is not None,
        stale=stale,
    )


def id_of(project: Project, kind: Kind, public: str) -> int | None:
    """The key of the row with this public id; None where there is none in the project."""
    try:
        wanted = UUID(public)
    except ValueError:
        return None
    row: int | None = MODELS[kind].objects.filter(project=project, public=wanted).values_list("pk", flat=True).first()
    return row


def answer(request: UserRequest, project: Project, kind: Kind, page: Page, rows: Any, **shown: Any) -> HttpResponse:
    status = shown.pop("status", 200)
    table = TABLES[kind]
    context = in_project(
        request.user,
        project,
        table.value,
        table=table.value,
        page=page,
        filters=page.filters,
        rows=rows,
        saved=saved_filters(project, kind, request.user),
        **shown,
    )
    template = f"core/{table.value}.html"
    return render(request, part(request, template, "rows") if status == 200 else template, context, status=status)


def saved_filters(project: Project, kind: Kind, user: User) -> list[SavedFilter]:
    """One's own, and those that somebody shares."""
    offered = SavedFilter.objects.filter(Q(user=user) | Q(shared=True), project=project, table=TABLES[kind])
    return list(offered.select_related("user").order_by("name", "pk")[:100])


def may_see_names(user: User, project: Project) -> bool:
    return "names" in verbs_of(user, project)
