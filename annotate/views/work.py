"""The next comparison, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from annotate.kinds.protocol import BadAnswer, Fields
from annotate.models import Assignment
from annotate.queue.reservations import Taken, take_next
from annotate.review.flags import FLAG_REASONS
from annotate.views.forms import SKIP_REASONS, answer_from, client_id_of, skip_from
from annotate.work import actions
from annotate.work.drawer import drawer_of
from annotate.work.held import not_reserved, reservation_of
from annotate.work.locked import Name
from annotate.work.outlines import outline_of
from annotate.work.progress import read_standing, standing_on
from annotate.work.screen import screen_of, texts_in
from core.http import UserRequest, part
from core.models import Project, Status, User
from core.permissions import get_project
from core.renderings import Html
from core.rows import Rows, ask
from core.views.access import signed_in

TEMPLATE = "annotate/work.html"
WANTS_NONE, WANTS_ALL = "-", "*"
OUTCOMES = {
    "skipped": "Skipped",
    "undone": "Taken back",
    "surplus": "Kept beside the count: others had already answered",
}


# What differs on the screens of one outline besides the texts.
FIGURES = ("done", "total", "done_today", "done_in_words", "total_in_words")
WORDS = ("person", "initials", "now", "client_id", "said", *FIGURES)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the answer form holds: what was saved of it, or what was sent and refused, with the sentence why."""

    client_id: UUID = field(default_factory=uuid4)
    fields: Fields = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    saved: datetime | None = None


@require_GET
@signed_in
def work(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "judge")
    return screen(request, project, take_next(request.user, project))


@require_POST
@signed_in
def submit(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "judge")
    try:
        judgment = actions.submit_judgment(Name(project, comparison), answer_from(request.POST), by=request.user)
    except BadAnswer as error:
        return _refused(request, project, comparison, error)
    return _onward(request, project, surplus=judgment.status == Status.SURPLUS, at=judgment.created)


@require_POST
@signed_in
def skip(request: UserRequest, slug: str, comparison: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "judge")
    try:
        actions.skip(Name(project, comparison), skip_from(request.POST), by=request.user)
    except BadAnswer as error:
        return _refused(request, project, comparison, error)
    return _onward(request, project, skipped=True, at=timezone.now())


def reservation(request: UserRequest, project: Project, public: UUID) -> Assignment:
    """The reservation that this person has, or had, for the comparison."""
    assignment = reservation_of(request.user, project, public)
    if assignment is None:
        raise not_reserved(project, public)
    return assignment


def _onward(request: UserRequest, project: Project, *, at: datetime | None, **outcome: bool) -> HttpResponse:
    """The next comparison in the same round trip; without JavaScript, by a redirect.

    A page that shows the next one already says so in `shown`, and is told whether it is; `-` wants none.
    """
    if not request.htmx:
        return redirect("work", project.slug)
    saved, shown = {"at": at, **outcome}, request.POST.get("shown", "")
    if shown == WANTS_NONE:
        return _standing_alone(request, project, saved)
    taken = take_next(request.user, project)
    if taken.assignment and shown == str(taken.assignment.client_id):
        return _standing_alone(request, project, saved, taken.standing)
    return screen(request, project, taken, saved)


def _standing_alone(
    request: UserRequest, project: Project, saved: Mapping[str, Any], found: Rows | None = None
) -> HttpResponse:
    context = _standing(request, project, found) | {"said": _said(Draft(), saved)}
    return render(request, f"{TEMPLATE}#standing", context)


def screen(
    request: UserRequest, project: Project, taken: Taken, saved: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The comparison with what is kept of its answer, or the sentence that there is none."""
    return render(request, part(request, TEMPLATE, "screen"), context_of(request, project, taken, saved))


def context_of(
    request: UserRequest, project: Project, taken: Taken, saved: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    draft = Draft()
    if assignment := taken.assignment:
        draft = Draft(assignment.client_id, assignment.draft or {}, saved=assignment.draft_saved)
    return _context(request, project, taken, draft, _said(draft, saved))


def _said(draft: Draft, saved: Mapping[str, Any] | None = None) -> SafeString:
    """What became of the last answer, or since when this one is kept."""
    if saved is not None:
        words, at = next((words for outcome, words in OUTCOMES.items() if saved.get(outcome)), "Saved"), saved["at"]
    elif draft.saved and not draft.errors:
        words, at = "saved", draft.saved
    else:
        return SafeString()
    moment = at.isoformat()
    return format_html('{} <time datetime="{}" data-local="time">{}</time>', words, moment, moment[11:16])


def _refused(request: UserRequest, project: Project, comparison: UUID, error: BadAnswer) -> HttpResponse:
    """The same form with the sentence inside; the texts above it, and how far they are scrolled, stay.

    An answer that waited for the network, in a page that was closed since, comes back with its texts.
    """
    sent, assignment = request.POST, reservation(request, project, comparison)
    draft = Draft(client_id_of(sent), dict(sent.lists()), {error.question: str(error)})
    context = _context(request, project, Taken(assignment), draft, _said(draft))
    whole = sent.get("shown") == WANTS_ALL
    response = render(request, part(request, TEMPLATE, "screen" if whole else "answer"), context, status=422)
    if not whole:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#answer", "outerHTML"
    return response


def _context(request: UserRequest, project: Project, taken: Taken, draft: Draft, said: SafeString) -> dict[str, Any]:
    if assignment := taken.assignment:
        assignment.project = project  # which was loaded before the texts were: they are rendered as of then
    words = _words(request.user) | {"client_id": str(draft.client_id), "said": said}
    context = {
        **_standing(request, project, taken.standing),
        **words,
        "draft": draft,
        "guidelines": None if request.htmx else drawer_of(request.user, project, assignment),
        "skip_reasons": SKIP_REASONS,
        "flag_reasons": FLAG_REASONS,
        "due": assignment.round.due if assignment else None,
    }
    return context | _shown(assignment, texts_in(assignment).html, context) if assignment else context


def _words(person: User) -> dict[str, str]:
    now = str(int(timezone.now().timestamp() * 1000))
    return {"person": str(person), "initials": person.initials, "now": now}


def _shown(assignment: Assignment, html: Html, context: Mapping[str, Any]) -> dict[str, Any]:
    """The screen; where nothing is answered yet, its outline and the words that are set in."""
    draft, public = context["draft"], str(assignment.comparison.public)
    outline = None if draft.fields or draft.errors or draft.saved else outline_of(assignment, html)
    if outline is None:
        return {"public": public, "screen": screen_of(assignment, draft.fields, draft.errors, html)}
    words = {**{name: context[name] for name in WORDS}, "public": public, **outline.words}
    return {"public": public, "screen": outline.screen, "outline": outline.key, "words": words}


def _standing(request: UserRequest, project: Project, found: Rows | None) -> dict[str, Any]:
    """How far this person is; `found` are the rows that say it, where they were read."""
    work, today = read_standing(request.user, project, found or ask(*standing_on(request.user, project)))
    figures = {"done": str(work.done), "total": str(work.total or 1)}
    figures |= {"done_today": f"{today:,}", "done_in_words": f"{work.done:,}", "total_in_words": work.total_in_words}
    return {"project": project, "work": work, "today": today, "has_figures": bool(work.total or today), **figures}
