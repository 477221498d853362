"""The questions of a project: change them, and see what people would see."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotate.views.question_form import REASONS, QuestionsForm, initial_of, preview_of, questions_of
from core.errors import Conflict, PrefereeError
from core.http import UserRequest
from core.models import Project, QuestionSet
from core.permissions import get_project
from core.questions import current, is_fresh, mark_of, publish
from core.views.access import signed_in
from core.views.pages import in_project

TEMPLATE = "annotate/questions.html"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def questions(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    now = current(project)
    if request.method != "POST":
        form = QuestionsForm(initial={**initial_of(now.questions), "seen": mark_of(now)})
        return _page(request, project, now, form, preview=preview_of(now.questions))
    form = QuestionsForm(request.POST)
    if not form.is_valid():
        return _page(request, project, now, form, 422)
    wanted = questions_of(form, now.questions)
    try:
        publish(project, questions=wanted, seen=form.cleaned_data["seen"], by=request.user)
    except PrefereeError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, project, now, form, status, error=str(error), preview=preview_of(wanted))
    return redirect("questions", project.slug)


@require_POST
@signed_in
def questions_preview(request: UserRequest, slug: str) -> HttpResponse:
    """What people would see with what is typed, and nothing is kept."""
    project = get_project(request.user, slug, "manage")
    now, form = current(project), QuestionsForm(request.POST)
    shown = {"preview": preview_of(questions_of(form, now.questions))} if form.is_valid() else {}
    if request.htmx:
        mistakes = "" if shown else next(iter(form.errors.values()))[0]
        return render(request, f"{TEMPLATE}#preview", {**shown, "mistake": mistakes})
    return _page(request, project, now, form, 200 if shown else 422, **shown)


def _page(
    request: UserRequest, project: Project, now: QuestionSet, form: QuestionsForm, status: int = 200, **shown: Any
) -> HttpResponse:
    context = in_project(
        request.user,
        project,
        "settings",
        tab="questions",
        form=form,
        reasons=REASONS,
        now=now,
        is_fresh=is_fresh(now),
        **shown,
    )
    return render(request, TEMPLATE, context, status=status)
