"""What keeps an answer from being lost: its draft, the next comparison ahead of time, and the way back."""

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from annotate.kinds.protocol import BadAnswer
from annotate.queue.reservations import Taken, take_ahead
from annotate.queue.reserving import RESERVED_FOR
from annotate.review import flags
from annotate.views.forms import fields_of
from annotate.views.work import TEMPLATE, context_of, reservation, screen
from annotate.work import drafts, drawer
from annotate.work.undo import undo_last
from core.errors import Conflict, PrefereeError
from core.http import UserRequest
from core.permissions import get_project
from core.views.access import signed_in

LATEST = 9_999_999_999_999


@require_POST
@signed_in
def save_draft(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    """Keep the form as it stands. With `shown`, the form comes back as it is kept: it was kept where it was offline."""
    project = get_project(request.user, slug, "judge")
    assignment = reservation(request, project, comparison)
    try:
        at = drafts.save_draft(assignment, fields_of(request.POST), changed=_moment(request.POST.get("changed", "")))
    except PrefereeError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return JsonResponse({"error": str(error)}, status=status)
    if not request.POST.get("shown"):
        return JsonResponse({"saved": at.isoformat()})
    assignment.draft, assignment.draft_saved = dict(request.POST.lists()), at
    return render(request, f"{TEMPLATE}#answer", context_of(request, project, Taken(assignment)))


@require_GET
@signed_in
def work_ahead(request: UserRequest, slug: str) -> HttpResponse:
    """The comparison that comes after the one that is held, and for how long it is reserved; nothing where none is."""
    project = get_project(request.user, slug, "judge")
    taken = take_ahead(request.user, project)
    if taken.assignment is None:
        return HttpResponse(status=204)
    response = render(request, f"{TEMPLATE}#screen", context_of(request, project, taken))
    # What was assigned to somebody waits for them; the page looks again all the same.
    left = expires - timezone.now() if (expires := taken.assignment.expires) else RESERVED_FOR
    response.headers["X-Reserved-Seconds"] = str(max(int(left.total_seconds()), 0))
    return response


@require_POST
@signed_in
def undo(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "judge")
    assignment = undo_last(request.user, project)
    if not request.htmx:
        return redirect("work", project.slug)
    return screen(request, project, Taken(assignment), {"undone": True, "at": timezone.now()})


@require_POST
@signed_in
def flag(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    """A reason of the list, or one's own words; the answer goes on as it would."""
    project = get_project(request.user, slug, "judge")
    assignment = reservation(request, project, comparison)
    usual = flags.FLAG_REASONS.get(request.POST.get("reason", ""), "")
    try:
        flags.flag(assignment.comparison, usual or request.POST.get("words", ""), by=request.user)
    except PrefereeError as error:
        if not request.htmx:
            raise
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"said": "Flagged"}) if request.htmx else redirect("work", project.slug)


@require_POST
@signed_in
def guidelines_read(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "judge")
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise BadAnswer("This form is damaged. Reload the page.")
    drawer.mark_read(request.user, project, int(version))
    return HttpResponse(status=204)


def _moment(sent: str) -> datetime | None:
    """Milliseconds since 1970, by the clock of the server as the page knows it."""
    if not (sent.isascii() and sent.isdigit() and int(sent[:14]) <= LATEST):
        return None
    return datetime.fromtimestamp(int(sent) / 1000, tz=UTC)
