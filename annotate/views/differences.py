"""Where texts differ: the two answers before a person, and an edited response against what it edits."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from annotate.models import Assignment
from annotate.reading.differences import Piece, changes, differences
from annotate.reading.texts import texts_of_response
from annotate.review.blindness import blind_to
from core.http import UserRequest, part
from core.models import Candidate, Response
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project


@dataclass(frozen=True, slots=True)
class Side:
    letter: str
    pieces: Sequence[Piece]


@require_safe
@signed_in
def work_differences(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    """Of the two answers in the order in which they stand; only for whom the comparison is or was reserved for."""
    project = get_project(request.user, slug, "judge")
    own = Assignment.objects.filter(project=project, person=request.user, comparison__public=comparison)
    assignment = own.select_related("comparison").order_by("-round__number").first()
    if assignment is None or assignment.comparison.k != len("AB"):
        raise Http404("There are no two answers before you to compare.")
    found = differences(*_texts_in_order(assignment))
    sides = [Side("A", found.one), Side("B", found.other)]
    context = in_project(
        request.user,
        project,
        "work",
        comparison=assignment.comparison,
        found=found,
        sides=sides,
        whole=not request.htmx,
    )
    return render(request, part(request, "annotate/differences.html", "sides"), context)


def _texts_in_order(assignment: Assignment) -> list[str]:
    candidates = Candidate.objects.filter(comparison=assignment.comparison_id).select_related("response")
    by_slot = {candidate.slot: candidate.response for candidate in candidates}
    return [_text_of(by_slot[slot]) for slot in assignment.order]


def _text_of(response: Response) -> str:
    return "\n\n".join(filter(None, texts_of_response(response)))


@require_safe
@signed_in
def response_changes(request: UserRequest, slug: str, edit: UUID) -> HttpResponse:
    """Word by word, from the response that it edits. That it edits one tells who wrote it, so not before judging."""
    project = get_project(request.user, slug, "read")
    edits = Response.objects.visible_to(request.user).filter(project=project, parent__isnull=False, erased=None)
    found = get_object_or_404(edits.select_related("prompt", "parent"), public=edit, parent__erased=None)
    hidden = blind_to(request.user, found.prompt).responses
    if found.parent is None or found.pk in hidden or found.parent.pk in hidden:
        raise Http404("There is nothing to compare this response with.")
    steps, said = changes(_text_of(found.parent), _text_of(found))
    context = in_project(request.user, project, "prompts", response=found, steps=steps, said=said)
    return render(request, part(request, "annotate/changes.html", "changes"), context)
