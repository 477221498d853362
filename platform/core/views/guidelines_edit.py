"""The guidelines as Markdown with what they look like, and every version that there was."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.differences import Difference, difference
from core.errors import Conflict, PrefereeError
from core.http import UserRequest
from core.models import Project, QuestionSet
from core.permissions import get_project
from core.questions import LONGEST_GUIDELINES, current, is_fresh, mark_of, publish, publishers_of
from core.rendering import rendered
from core.views.access import signed_in
from core.views.pages import in_project

TEMPLATE = "core/guidelines_edit.html"
MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Version:
    """One version with whoever published it last, and what it changed of the one before."""

    row: QuestionSet
    who: str
    change: Difference
    other_questions: bool
    is_first: bool


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def guidelines_edit(request: UserRequest, slug: str) -> HttpResponse:
    """`?from=3` puts the text of version 3 into the editor, to be published again."""
    project = get_project(request.user, slug, "manage")
    now = current(project)
    if request.method != "POST":
        restored = _version(project, request.GET.get("from", ""))
        text = (restored or now).guidelines
        return _page(request, project, now, text, mark_of(now), restored=restored)
    text, seen = request.POST.get("guidelines", ""), request.POST.get("seen", "")
    try:
        publish(project, guidelines=text, seen=seen, by=request.user)
    except PrefereeError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, project, now, text, seen, status, error=str(error))
    return redirect("guidelines_edit", project.slug)


@require_POST
@signed_in
def guidelines_preview(request: UserRequest, slug: str) -> HttpResponse:
    """How people would read what is typed; nothing is kept."""
    project = get_project(request.user, slug, "manage")
    text = request.POST.get("guidelines", "")[:LONGEST_GUIDELINES]
    if request.htmx:
        return render(request, f"{TEMPLATE}#preview", {"preview": _rendered(text)})
    return _page(request, project, current(project), text, request.POST.get("seen", ""))


def _page(
    request: UserRequest, project: Project, now: QuestionSet, text: str, seen: str, status: int = 200, **shown: Any
) -> HttpResponse:
    context = in_project(
        request.user,
        project,
        "settings",
        tab="guidelines",
        now=now,
        text=text,
        seen=seen,
        preview=_rendered(text),
        is_fresh=is_fresh(now),
        versions=_versions(project),
        **shown,
    )
    return render(request, TEMPLATE, context, status=status)


def _rendered(text: str) -> str:
    return rendered(text, breaks=False) if text.strip() else ""


def _version(project: Project, number: str) -> QuestionSet | None:
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    return project.question_sets.filter(version=int(number)).first() if is_number else None


def _versions(project: Project) -> list[Version]:
    """The newest first, each compared with the one before it."""
    rows = list(project.question_sets.order_by("-version")[: MOST_VERSIONS + 1])
    who = publishers_of(project, rows)
    compared = [_compared(row, before, who) for row, before in pairwise([*rows, None]) if row is not None]
    return compared[:MOST_VERSIONS]


def _compared(row: QuestionSet, before: QuestionSet | None, who: dict[str, str]) -> Version:
    change = difference(before.guidelines if before else "", row.guidelines)
    others = before is not None and before.questions != row.questions
    return Version(row, who.get(str(row.version), ""), change, others, before is None)
