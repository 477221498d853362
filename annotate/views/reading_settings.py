"""What people see beside the texts, which comparison comes first, and which words give an author away."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotate.leaks.trials import Tried, try_words
from annotate.leaks.words import USUAL_WORDS
from core.errors import Conflict, PrefereeError
from core.http import UserRequest
from core.models import Project
from core.models.project import Strategy
from core.permissions import get_project
from core.reading_settings import ReadingSettings, change_reading, check_reading, reading_of
from core.views.access import signed_in
from core.views.pages import in_project

TEMPLATE = "annotate/reading_settings.html"
LONGEST_LIST = 60_000
LISTS = [("usual", "The usual words"), ("own", "These words"), ("none", "No words: nothing is kept back")]


class ReadingForm(forms.Form):
    """Words of one's own that are left empty stand for the usual ones."""

    seen = forms.CharField(required=False, max_length=64)
    shows_length = forms.BooleanField(required=False)
    shows_reference = forms.BooleanField(required=False)
    strategy = forms.ChoiceField(choices=Strategy.choices, error_messages={"required": "Choose one of the orders."})
    which = forms.ChoiceField(choices=LISTS, error_messages={"required": "Choose one of the three."})
    words = forms.CharField(
        required=False, max_length=LONGEST_LIST, error_messages={"max_length": "Shorten it to 60,000 characters."}
    )

    @property
    def wanted(self) -> ReadingSettings:
        """What a valid form says."""
        said = self.cleaned_data
        return ReadingSettings(said["shows_length"], said["shows_reference"], said["strategy"], self._words)

    @property
    def _words(self) -> list[str] | None:
        said = self.cleaned_data
        if said["which"] == "none":
            return []
        lines = (" ".join(line.split()) for line in said["words"].splitlines())
        return (list(dict.fromkeys(filter(None, lines))) or None) if said["which"] == "own" else None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def reading_settings(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    if request.method != "POST":
        return _page(request, project, ReadingForm(initial=_initial(reading_of(project))))
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return _page(request, project, form, 422)
    try:
        change_reading(project, form.wanted, seen=form.cleaned_data["seen"], by=request.user)
    except Conflict as error:
        return _stale(request, project, form, str(error))
    except PrefereeError as error:
        return _page(request, project, form, 422, error=str(error))
    return redirect("reading_settings", project.slug)


@require_POST
@signed_in
def try_identity_words(request: UserRequest, slug: str) -> HttpResponse:
    """In how many responses the words that are typed stand; nothing is kept."""
    project = get_project(request.user, slug, "manage")
    form = ReadingForm(request.POST)
    tried: Tried | None = None
    error = "" if form.is_valid() else str(next(iter(form.errors.values()))[0])
    if not error:
        try:
            check_reading(form.wanted)
            words = form.wanted.identity_words
            tried = try_words(project, USUAL_WORDS if words is None else words, request.user)
        except PrefereeError as unfit:
            error = str(unfit)
    if request.htmx:
        shown = {"tried": tried, "tried_error": error}
        return render(request, f"{TEMPLATE}#tried", shown, status=422 if error else 200)
    return _page(request, project, form, 422 if error else 200, tried=tried, tried_error=error)


def _stale(request: UserRequest, project: Project, form: ReadingForm, error: str) -> HttpResponse:
    """What was typed stays, with what holds now; saved again, it wins."""
    project.refresh_from_db()
    now = reading_of(project)
    again = ReadingForm({**request.POST.dict(), "seen": now.mark})
    return _page(request, project, again, 409, error=error, held=asdict(now))


def _initial(now: ReadingSettings) -> dict[str, Any]:
    words = now.identity_words
    named = "usual" if words is None else "own" if words else "none"
    return {**asdict(now), "seen": now.mark, "which": named, "words": "\n".join(words or [])}


def _page(request: UserRequest, project: Project, form: ReadingForm, status: int = 200, **shown: Any) -> HttpResponse:
    context = in_project(
        request.user,
        project,
        "settings",
        tab="reading",
        form=form,
        lists=LISTS,
        strategies=Strategy.choices,
        usual=USUAL_WORDS,
        **shown,
    )
    return render(request, TEMPLATE, context, status=status)
