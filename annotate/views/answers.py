"""My answers: a person's own history, and one answer to change or to hold against a decision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotate.kinds.protocol import BadAnswer
from annotate.models import Assignment, AssignmentState, Flag
from annotate.own import history, revising
from annotate.own.figures import own_figures
from annotate.own.said import fields_in
from annotate.views.forms import answer_from, client_id_of, uuid_or_none
from annotate.work.screen import screen_of, shown_in
from core.errors import Conflict, PrefereeError
from core.http import UserRequest
from core.models import Comparison, Judgment, Project, Status
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project

SHOWN = {"skipped": "Skipped", "flagged": "Flagged by me", "contested": "Contested by me"}


@dataclass(frozen=True, slots=True)
class Filters:
    show: str = ""
    on: str = ""

    @property
    def chips(self) -> list[tuple[str, str]]:
        """What is set, in words, with the address without it."""
        set_ones = [("show", SHOWN.get(self.show, "")), ("on", self.on and f"On {self.on}")]
        return [(words, self.without(name)) for name, words in set_ones if words]

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in (("show", self.show), ("on", self.on)) if value})

    def without(self, name: str) -> str:
        others = Filters(**{"show": self.show, "on": self.on, name: ""})
        return f"?{others.query}"


@require_safe
@signed_in
def answers(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "judge")
    filters = _filters(request.GET)
    found = _narrowed(history.own_answers(request.user, project), project, request, filters)
    context = in_project(
        request.user,
        project,
        "answers",
        page=history.page_of(found, request.user, uuid_or_none(request.GET.get("before"))),
        filters=filters,
        choices=SHOWN,
        own=own_figures(request.user, project),
    )
    return render(request, "annotate/answers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def answer(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    """One's own answer, in the form that it was given in, and the order; sent, it is a revision."""
    project = get_project(request.user, slug, "judge")
    found, assignment = _own(request, project, comparison)
    if request.method != "POST":
        return _page(request, project, found, assignment)
    try:
        after = uuid_or_none(request.POST.get("after")) or uuid4()
        revising.revise(found, answer_from(request.POST), after=after, by=request.user)
    except BadAnswer as error:
        return _page(request, project, found, assignment, errors={error.question: str(error)}, status=422)
    except Conflict as error:
        return _page(request, project, found, assignment, refused=str(error), status=409)
    return redirect("answer", project.slug, comparison)


@require_POST
@signed_in
def contest(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "judge")
    found, assignment = _own(request, project, comparison)
    reason = request.POST.get("reason", "")
    try:
        revising.contest(found, reason, by=request.user)
    except PrefereeError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, project, found, assignment, reason=reason, not_contested=str(error), status=status)
    return redirect("answer", project.slug, comparison)


def _own(request: UserRequest, project: Project, public: UUID) -> tuple[Comparison, Assignment]:
    """What this person has answered themselves; for them, nothing else is here."""
    comparisons = Comparison.objects.visible_to(request.user).select_related("prompt", "project")
    found = get_object_or_404(comparisons, project=project, public=public)
    theirs = Assignment.objects.filter(comparison=found, person=request.user).exclude(state=AssignmentState.OWN)
    assignment = theirs.order_by("-round__number").select_related("round__question_set", "person").first()
    if assignment is None or not history.own_answers(request.user, project).filter(comparison=found).exists():
        raise Http404("You have not answered this comparison.")
    assignment.comparison = found
    return found, assignment


def _page(
    request: UserRequest,
    project: Project,
    comparison: Comparison,
    assignment: Assignment,
    *,
    errors: dict[str, str] | None = None,
    refused: str = "",
    status: int = 200,
    **said: Any,
) -> HttpResponse:
    """What was typed and not stored stays in the form, whatever it was refused for."""
    standing = revising.standing_answer(comparison, request.user)
    decision = history.decisions_on([comparison.pk], besides=request.user).get(comparison.pk)
    is_told = standing is not None and decision is not None and history.is_told(standing)
    typed = bool(errors or refused)
    fields = dict(request.POST.lists()) if typed else _fields(standing, assignment)
    context = in_project(
        request.user,
        project,
        "answers",
        screen=screen_of(assignment, fields, errors or {}),
        comparison=comparison,
        standing=standing,
        client_id=client_id_of(request.POST) if typed else uuid4(),
        refused=refused,
        may_change=standing is not None and revising.may_change(standing, decision),
        decision=history.decision_in_words(standing, decision) if standing and decision and is_told else "",
        otherwise=is_told and standing is not None and decision and history.is_otherwise(standing, decision),
        rows=_rows(request, project, comparison),
        **said,
    )
    return render(request, "annotate/answer.html", context, status=status)


def _fields(standing: Judgment | None, assignment: Assignment) -> dict[str, list[str]]:
    if standing is None or standing.status == Status.SKIPPED:
        return {}
    return fields_in(standing, shown_in(assignment))


def _rows(request: UserRequest, project: Project, comparison: Comparison) -> list[history.Row]:
    """Every version of the answer, the newest first."""
    own = history.own_answers(request.user, project).filter(comparison=comparison)
    return list(history.page_of(own, request.user, None).rows)


def _filters(asked: QueryDict) -> Filters:
    show, day = asked.get("show", ""), asked.get("on", "")
    return Filters(show if show in SHOWN else "", day if _day(day) else "")


def _day(text: str) -> datetime | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return datetime(found.year, found.month, found.day) if found else None  # noqa: DTZ001


def _narrowed(
    found: QuerySet[Judgment], project: Project, request: UserRequest, filters: Filters
) -> QuerySet[Judgment]:
    if filters.show == "skipped":
        found = found.filter(status=Status.SKIPPED)
    elif filters.show:
        kind = {"flagged": "flag", "contested": "contest"}[filters.show]
        own = Flag.objects.filter(comparison=OuterRef("comparison"), person=request.user, kind=kind)
        found = found.filter(Exists(own))
    if day := _day(filters.on):
        start, end = history.day_in(project, day)
        found = found.filter(created__gte=start, created__lt=end)
    return found
