"""The questions of a project: composed, previewed as they are, and published."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from annotate.composing.acting import Sources, acted
from annotate.composing.changes import changes
from annotate.composing.checking import Checked, checked
from annotate.composing.drafts import Draft, draft_in, draft_of, settled
from annotate.composing.kinds import SORTS
from annotate.composing.presets import PRESETS
from annotate.composing.reach import reach_of
from annotate.composing.samples import fitting, preview_of
from annotate.composing.versions import version_of, versions_of
from annotate.views.question_form import POINTS, Focus, cards_of
from core.errors import Conflict, PrefereeError
from core.http import UserRequest, part
from core.models import Project, QuestionSet, Rubric
from core.permissions import get_project
from core.questions import current, is_fresh, mark_of, publish
from core.views.access import signed_in
from core.views.pages import in_project

TEMPLATE = "annotate/questions.html"
MOST_RUBRICS = 50


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def questions(request: UserRequest, slug: str) -> HttpResponse:
    """`?from=3` puts the questions of version 3 into the composer, to be published again."""
    project = get_project(request.user, slug, "manage")
    now = current(project)
    if request.method != "POST":
        again = version_of(project, request.GET.get("from", ""))
        return _page(request, project, now, draft_of((again or now).questions), again=again)
    draft = settled(draft_in(_sent(request)))
    said = checked(draft, now.questions)
    if not said.fits:
        return _page(request, project, now, draft, status=422, says_errors=True)
    try:
        publish(project, questions=said.questions, seen=request.POST.get("seen", ""), by=request.user)
    except Conflict as error:
        return _conflict(request, project, draft, str(error))
    except PrefereeError as error:
        return _page(request, project, now, draft, status=422, error=str(error))
    done = redirect("questions", project.slug)
    return HttpResponseClientRedirect(done.url) if request.htmx else done


@require_POST
@signed_in
def compose_questions(request: UserRequest, slug: str) -> HttpResponse:
    """What a button does to the questions that came with it; nothing is kept."""
    project = get_project(request.user, slug, "manage")
    now, draft = current(project), draft_in(_sent(request))
    try:
        done = acted(draft, request.POST.get("do", ""), _sources(request, project))
    except PrefereeError as error:
        return _page(request, project, now, settled(draft), status=422, error=str(error))
    return _page(request, project, now, done.draft, focus=Focus(done.place, done.on))


@require_POST
@signed_in
def questions_preview(request: UserRequest, slug: str) -> HttpResponse:
    """What people would see with what is typed, and nothing is kept."""
    project = get_project(request.user, slug, "manage")
    now, draft = current(project), settled(draft_in(_sent(request)))
    said = checked(draft, now.questions)
    if request.htmx:
        return render(request, f"{TEMPLATE}#preview", {"project": project, **_preview(request, project, said)})
    return _page(request, project, now, draft, status=200 if said.fits else 422, says_errors=True)


def _conflict(request: UserRequest, project: Project, draft: Draft, error: str) -> HttpResponse:
    """What was typed stays, with what the others have changed of it; published again, it wins."""
    now = current(project)
    others = changes(checked(draft, now.questions).questions, now.questions)
    return _page(request, project, now, draft, status=409, error=error, others=others)


def _page(
    request: UserRequest,
    project: Project,
    now: QuestionSet,
    draft: Draft,
    *,
    status: int = 200,
    says_errors: bool = False,
    focus: Focus | None = None,
    **shown: Any,
) -> HttpResponse:
    said = checked(draft, now.questions)
    context = in_project(
        request.user,
        project,
        "settings",
        tab="questions",
        now=now,
        seen=mark_of(now) if status == 409 or request.method != "POST" else request.POST.get("seen", ""),
        cards=cards_of(draft, said, says_errors=says_errors, focus=focus),
        said=said,
        says_errors=says_errors,
        sorts=SORTS.values(),
        points=POINTS,
        presets=PRESETS.values(),
        rubrics=_rubrics(project),
        sent=request.POST,
        **_preview(request, project, said),
        **shown,
    )
    template = part(request, TEMPLATE, "composer")
    if template == TEMPLATE:
        context |= {"versions": versions_of(project), "is_fresh": is_fresh(now)}
    return render(request, template, context, status=status)


def _preview(request: UserRequest, project: Project, said: Checked) -> dict[str, Any]:
    """A whole page of its own, to be shown inside this one: as wide as a phone, it is laid out as on one."""
    questions = said.showable
    is_real = request.POST.get("on") == "real"
    comparison = fitting(questions, project, request.user) if is_real else None
    screen = preview_of(questions, comparison)
    shown = render_to_string(
        "annotate/composer/screen.html", {"screen": screen, "user": request.user, "project": project}
    )
    return {
        "document": shown if questions else "",
        "is_real": is_real,
        "none_fits": is_real and comparison is None,
        "width": "desk" if request.POST.get("width") == "desk" else "phone",
        "reach": reach_of(project, questions),
        "mistake": said.first_error,
    }


def _sent(request: UserRequest) -> Mapping[str, list[str]]:
    return dict(request.POST.lists())


def _sources(request: UserRequest, project: Project) -> Sources:
    sent = request.POST
    rubrics = {each.name: each.criteria for each in _rubrics(project)}
    return Sources(sent.get("pasted", ""), sent.get("preset", ""), sent.get("rubric_name", ""), rubrics)


def _rubrics(project: Project) -> list[Rubric]:
    """The newest version of each."""
    return list(Rubric.objects.filter(project=project).order_by("name", "-version").distinct("name")[:MOST_RUBRICS])
