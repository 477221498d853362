"""The audit log: of a project for who may read it, of the whole installation for its staff."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from core import audit as log
from core.auditing.sealing import Head, head, unsealed
from core.auditing.search import Search
from core.auditing.words import PAGES, detail_in_words, in_words
from core.http import UserRequest, part
from core.inert import inert
from core.models import AuditEvent, Project, User
from core.permissions import get_project
from core.views.access import signed_in
from core.views.audit_filters import AuditFilters, filters_of, place_of
from core.views.pages import in_project

ROWS = 50
COLUMNS = ("at", "project", "who", "who_id", "verb", "what", "target", "detail", "sealed")


@dataclass(frozen=True, slots=True)
class Row:
    """An event in words; `page` leads to its target where that has one, `who` is empty where nobody was logged in."""

    event: AuditEvent
    who: User | None
    project: Project | None
    is_sealed: bool

    @property
    def what(self) -> str:
        return in_words(self.event.verb)

    @property
    def detail(self) -> str:
        return detail_in_words(self.event.detail)

    @property
    def page(self) -> str:
        name, argument = PAGES.get(self.event.verb.partition(".")[0], ("", ""))
        if not name or self.project is None:
            return ""
        try:
            return reverse(name, kwargs={"slug": self.project.slug, argument: self.event.target})
        except NoReverseMatch:
            return ""


@require_safe
@signed_in
def audit(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "audit")
    context = in_project(request.user, project, "audit", csv=reverse("audit_csv", args=[slug]))
    return _page(request, project, context)


@require_safe
@signed_in
def audit_of_all(request: UserRequest) -> HttpResponse:
    _staff_only(request)
    return _page(request, None, {"here": "audit_of_all", "csv": reverse("audit_of_all_csv")})


@require_safe
@signed_in
def audit_csv(request: UserRequest, slug: str) -> HttpResponseBase:
    return _csv(request, get_project(request.user, slug, "audit"))


@require_safe
@signed_in
def audit_of_all_csv(request: UserRequest) -> HttpResponseBase:
    _staff_only(request)
    return _csv(request, None)


def _staff_only(request: UserRequest) -> None:
    if not request.user.is_staff:
        raise PermissionDenied("Only staff of this installation read its whole audit log.")


def _page(request: UserRequest, project: Project | None, context: dict[str, Any]) -> HttpResponse:
    log.viewed(request.user, project, "audit")
    filters, before = filters_of(project, request.GET), place_of(request.GET.get("before", ""))
    events, newest = filters.search.page(before, ROWS + 1), head()
    shown = {
        "filters": filters,
        "rows": _rows(events[:ROWS], newest),
        "older": _after(filters, events[ROWS - 1]) if len(events) > ROWS else "",
        "later": before is not None,
        "zone": filters.search.zone,
        "newest": newest,
        "unsealed": unsealed(),
    }
    return render(request, part(request, "core/audit.html", "rows"), {**context, **shown})


def _after(filters: AuditFilters, event: AuditEvent) -> str:
    return filters.address(before=f"{event.at.isoformat()}_{event.pk}")


def _rows(events: Sequence[AuditEvent], newest: Head) -> list[Row]:
    people = User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
    projects = Project.objects.in_bulk({event.project_id for event in events if event.project_id})
    return [
        Row(event, people.get(event.actor_id or 0), projects.get(event.project_id or 0), event.pk <= newest.last)
        for event in events
    ]


def _csv(request: UserRequest, project: Project | None) -> HttpResponseBase:
    """As long as the log is, and never whole in memory."""
    filters = filters_of(project, request.GET)
    asked = {name: value for name, value in filters.values.items() if value}
    if request.method == "GET":
        log.record("audit.download", project=project, actor=request.user, filters=asked)
    name = f"audit-{project.slug}.csv" if project else "audit.csv"
    return StreamingHttpResponse(
        _lines(filters.search, head()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(search: Search, newest: Head) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for events in search.every():
        yield "".join(writer.writerow([inert(cell) for cell in _cells(row)]) for row in _rows(events, newest))


def _cells(row: Row) -> tuple[object, ...]:
    event, who = row.event, row.who
    detail = json.dumps(event.detail, ensure_ascii=False) if event.detail else ""
    where = row.project.slug if row.project else ""
    person = (str(who), who.public) if who else ("", "")
    at = event.at.isoformat(timespec="microseconds")
    return (at, where, *person, event.verb, row.what, event.target, detail, "yes" if row.is_sealed else "no")
