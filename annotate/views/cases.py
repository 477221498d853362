"""Review: what a reviewer should look at, and one case of it: blind first, then what everybody said."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from annotate.models import Assignment, Flag
from annotate.review import flags
from annotate.review.blindness import BEFORE_THEM, Blind
from annotate.review.cases import SHOWN, open_cases
from annotate.review.comparisons import cards_of
from annotate.review.deciding import current_round, decision_of
from annotate.views.decision_form import DecisionForm, form_for
from annotate.work.screen import Screen, screen_of
from core import audit
from core.errors import Conflict, PrefereeError
from core.http import UserRequest
from core.models import Comparison, Project, User
from core.permissions import get_project, may
from core.views.access import signed_in
from core.views.pages import in_project

REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Refused:
    """What a reviewer wrote about a flag and could not be stored, with the sentence why."""

    flag: int
    typed: str
    error: str


@require_safe
@signed_in
def review(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "review")
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    after = request.GET.get("after", "")
    context = in_project(
        request.user,
        project,
        "review",
        page=open_cases(project, request.user, show=show, after=after),
        show=show,
        shown=SHOWN.get(show),
        choices=SHOWN,
        later=bool(after),
    )
    return render(request, "annotate/review.html", context)


@require_safe
@signed_in
def case(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "review")
    return case_page(request, project, _comparison(request, project, comparison))


@require_POST
@signed_in
def resolve(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    """What came of a flag, which whoever raised it reads under their answers."""
    project = get_project(request.user, slug, "review")
    found = _comparison(request, project, comparison)
    flag = _flag(found, request.POST.get("flag", ""))
    try:
        flags.resolve(flag, request.POST.get("outcome", ""), by=request.user)
    except PrefereeError as error:
        status = 409 if isinstance(error, Conflict) else 422
        refused = Refused(flag.pk, request.POST.get("outcome", ""), str(error))
        return case_page(request, project, found, refused=refused, status=status)
    return redirect("case", slug, comparison)


def _flag(comparison: Comparison, mark: str) -> Flag:
    is_number = mark.isascii() and mark.isdigit() and len(mark) < 19
    rows = Flag.objects.filter(comparison=comparison).select_related("comparison", "project")
    return get_object_or_404(rows, pk=int(mark) if is_number else 0)


def case_page(
    request: UserRequest,
    project: Project,
    comparison: Comparison,
    *,
    form: DecisionForm | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """The votes, the names and the label come when this reviewer has decided."""
    is_held = _is_held(comparison, request.user)
    revealed = not is_held and (comparison.k == 1 or decision_of(comparison, request.user) is not None)
    names = revealed and may(request.user, project, "names")
    if names:
        audit.viewed(request.user, project, "names", str(comparison.prompt.public))
    blind = Blind() if revealed else Blind({comparison.pk}, _responses(comparison))
    card = cards_of(project, [comparison], blind, names=names, opened=None)[0]
    used = not (comparison.withdrawn or comparison.prompt.withdrawn or comparison.prompt.erased)
    can_decide = used and not is_held and comparison.k > 1
    context = in_project(
        request.user,
        project,
        "review",
        card=card,
        screen=_screen(comparison, project),
        prompt=comparison.prompt,
        flags=_flags(comparison, refused),
        form=(form or form_for(comparison, project, request.user)) if can_decide else None,
        revealed=revealed,
        is_held=is_held,
        names=names,
        back=REVIEW,
    )
    return render(request, "annotate/case.html", context, status=status)


def _comparison(request: UserRequest, project: Project, public: UUID) -> Comparison:
    comparisons = Comparison.objects.visible_to(request.user).select_related("prompt", "project")
    return get_object_or_404(comparisons, project=project, public=public)


def _is_held(comparison: Comparison, person: User) -> bool:
    return Assignment.objects.filter(comparison=comparison, person=person, state__in=BEFORE_THEM).exists()


def _responses(comparison: Comparison) -> set[int]:
    return set(comparison.candidates.values_list("response_id", flat=True))


def _screen(comparison: Comparison, project: Project) -> Screen | None:
    """The texts in their own order, A for the first."""
    number = current_round(project)
    if number is None:
        return None
    order = list(range(comparison.k))
    return screen_of(Assignment(comparison=comparison, project=project, round=number, order=order), {})


def _flags(comparison: Comparison, refused: Refused | None) -> list[dict[str, Any]]:
    """Those that wait first."""
    found = Flag.objects.filter(comparison=comparison).select_related("person", "resolved_by")
    ordered = sorted(found, key=lambda each: (each.resolved is not None, each.pk))
    return [
        {"row": each, "why": SHOWN[each.kind], "refused": refused if refused and refused.flag == each.pk else None}
        for each in ordered
    ]
