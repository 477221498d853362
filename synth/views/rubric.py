"""One rubric: its criteria with their anchors, and the form that saves the next version."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from core.errors import PrefereeError
from core.http import UserRequest
from core.models import Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project
from synth.judges.criteria import MOST_CRITERIA, RubricVersion, criteria_of, given_rubrics
from synth.judges.editing import newest_rubric, save_rubric_over, versions_of_rubric
from synth.judges.naming import name_and_version, number_in
from synth.judges.rubrics import LONGEST_NAME, rubric_named
from synth.views.rubric_form import Typed, plain_of, typed_in, typed_of
from synth.views.versioned import status_of, to_version

PAGE = "synth/rubric.html"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rubric(request: UserRequest, slug: str) -> HttpResponse:
    """`?named=NAME@VERSION` opens one; one that comes with Preferee is opened as a copy without a name."""
    if request.method == "POST":
        return _posted(request, get_project(request.user, slug, "manage"))
    named = request.GET.get("named", "")
    project = get_project(request.user, slug, "names" if named else "manage")
    if not named:
        return _page(request, project, "", [Typed()], seen=0)
    found = _opened(project, named)
    given = found.name in given_rubrics()
    seen = 0 if given else newest_rubric(project, found.name)
    name = "" if given else found.name
    return _page(request, project, name, typed_of(found.criteria), seen=seen, shown=found, given=given)


def _posted(request: UserRequest, project: Project) -> HttpResponse:
    sent = request.POST
    name, typed, seen = sent.get("name", "")[: LONGEST_NAME + 1], typed_in(sent), number_in(sent.get("seen", ""))
    if "add" in sent:
        return _page(request, project, name, [*typed, Typed()], seen=seen)
    if "remove" in sent:
        kept = [each for number, each in enumerate(typed, start=1) if number != number_in(sent["remove"])]
        return _page(request, project, name, kept or [Typed()], seen=seen)
    try:
        saved = save_rubric_over(project, name, plain_of(typed), seen=seen, by=request.user)
    except PrefereeError as error:
        status = status_of(error)
        seen = newest_rubric(project, name) if seen and status == 409 else seen
        return _page(request, project, name, typed or [Typed()], status, seen=seen, error=str(error))
    return to_version("rubric", project.slug, saved)


def _page(
    request: UserRequest, project: Project, name: str, typed: Sequence[Typed], status: int = 200, **said: Any
) -> HttpResponse:
    shown = {
        "name": name,
        "criteria": typed,
        "reading": said.get("shown") or _as_read(name, typed),
        "full": len(typed) >= MOST_CRITERIA,
        "versions": versions_of_rubric(project, name) if said["seen"] else [],
        "longest_name": LONGEST_NAME,
        **said,
    }
    context = in_project(request.user, project, "judges", tab="rubric", **shown)
    return render(request, PAGE, context, status=status)


def _as_read(name: str, typed: Sequence[Typed]) -> RubricVersion | None:
    """What a judge would read; None where it does not fit yet."""
    try:
        return RubricVersion(name or "new", 0, criteria_of(plain_of(typed)))
    except PrefereeError:
        return None


def _opened(project: Project, named: str) -> RubricVersion:
    name, version = name_and_version(named)
    if not name or not version:
        raise Http404("There is no such rubric.")
    try:
        return rubric_named(project, named)
    except PrefereeError as error:
        raise Http404(str(error)) from error
