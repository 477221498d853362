"""The next comparison, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from annotate import actions
from annotate.kinds.protocol import BadAnswer, Fields
from annotate.models import Assignment, AssignmentState
from annotate.reservations import take_next
from annotate.screen import screen_of
from annotate.views.forms import SKIP_REASONS, answer_from, client_id_of, skip_from
from core.http import UserRequest, part
from core.models import Comparison, Project, Status
from core.permissions import get_project
from core.rendering import rendered
from core.views.access import signed_in
from core.work import Work, work_of

TEMPLATE = "annotate/work.html"


@dataclass(frozen=True, slots=True)
class Draft:
    """What the answer form holds: what was saved of it, or what was sent and refused, with the sentence why."""

    client_id: UUID = field(default_factory=uuid4)
    fields: Fields = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@require_GET
@signed_in
def work(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "judge")
    return _next(request, project)


@require_POST
@signed_in
def submit(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "judge")
    assignment = _assignment(request, project, comparison)
    try:
        judgment = actions.submit_judgment(
            assignment.comparison, answer_from(request.POST, assignment), by=request.user
        )
    except BadAnswer as error:
        return _refused(request, project, assignment, error)
    return _onward(request, project, surplus=judgment.status == Status.SURPLUS, at=judgment.created)


@require_POST
@signed_in
def skip(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "judge")
    assignment = _assignment(request, project, comparison)
    try:
        actions.skip(assignment.comparison, skip_from(request.POST, assignment), by=request.user)
    except BadAnswer as error:
        return _refused(request, project, assignment, error)
    return _onward(request, project, skipped=True, at=timezone.now())


def _assignment(request: UserRequest, project: Project, public: UUID) -> Assignment:
    """The reservation that this person has, or had, for the comparison."""
    assignment = (
        Assignment.objects.filter(comparison__public=public, comparison__project=project, person=request.user)
        .exclude(state=AssignmentState.OWN)
        .select_related("comparison__prompt", "round__question_set")
        .order_by("-round__number")
        .first()
    )
    if assignment is None:
        get_object_or_404(Comparison, project=project, public=public)
        raise PermissionDenied("This comparison was not reserved for you. Open the work page to get one.")
    return assignment


def _onward(request: UserRequest, project: Project, *, at: datetime | None, **outcome: bool) -> HttpResponse:
    """The next comparison in the same round trip; without JavaScript, by a redirect."""
    if not request.htmx:
        return redirect("work", project.slug)
    return _next(request, project, saved={"at": at, **outcome})


def _next(request: UserRequest, project: Project, saved: dict[str, Any] | None = None) -> HttpResponse:
    assignment = take_next(request.user, project)
    draft = Draft(assignment.client_id, assignment.draft or {}) if assignment else Draft()
    context = _context(request, project, assignment, draft)
    return render(request, part(request, TEMPLATE, "screen"), {**context, "saved": saved})


def _refused(request: UserRequest, project: Project, assignment: Assignment, error: BadAnswer) -> HttpResponse:
    """The same form with the sentence inside; the texts above it, and how far they are scrolled, stay."""
    sent = request.POST
    draft = Draft(client_id_of(sent), dict(sent.lists()), {error.question: str(error)})
    context = _context(request, project, assignment, draft)
    response = render(request, part(request, TEMPLATE, "answer"), context, status=422)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#answer", "outerHTML"
    return response


def _context(request: UserRequest, project: Project, assignment: Assignment | None, draft: Draft) -> dict[str, Any]:
    whole_page = not request.htmx
    if assignment:
        assignment.project = project  # which was loaded before the texts were: they are rendered as of then
    return {
        "project": project,
        "screen": screen_of(assignment, draft.fields, draft.errors) if assignment else None,
        "draft": draft,
        "work": work_of(request.user, [project]).get(project.pk, Work()),
        "guidelines": rendered(_guidelines(project, assignment), breaks=False) if whole_page else "",
        "skip_reasons": SKIP_REASONS,
        "due": assignment.round.due if assignment else None,
    }


def _guidelines(project: Project, assignment: Assignment | None) -> str:
    """Those of the round in which the comparison was handed out, also where a new one has begun since."""
    current = assignment.round if assignment else project.current_round
    return current.question_set.guidelines if current else ""
