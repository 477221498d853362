"""Make a judge out of a model, and change one: what has judged stays as it is, and the change is its next version."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import PrefereeError
from core.http import UserRequest
from core.models import Judge, Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project
from synth.judges.actions import create_judge, is_used, new_version
from synth.judges.configuration import JudgeConfiguration
from synth.judges.registry import configuration_of, judge_named, model_judges
from synth.views.judge_form import JudgeForm

PAGE = "synth/judge_edit.html"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_judge(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    if request.method != "POST":
        return _page(request, project, JudgeForm(project=project))
    form = JudgeForm(request.POST, project=project)
    return _saved(
        request, project, form, lambda said: create_judge(project, form.cleaned_data["name"], said, by=request.user)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit_judge(request: UserRequest, slug: str, judge: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    found = get_object_or_404(model_judges(project), public=judge)
    configuration = configuration_of(found)
    if request.method != "POST":
        return _page(request, project, JudgeForm(project=project, configuration=configuration), judge=found)
    form = JudgeForm(request.POST, project=project, configuration=configuration)
    return _saved(request, project, form, lambda said: new_version(found, said, by=request.user), judge=found)


def _saved(
    request: UserRequest,
    project: Project,
    form: JudgeForm,
    verb: Callable[[JudgeConfiguration], Judge],
    judge: Judge | None = None,
) -> HttpResponse:
    error = ""
    if form.is_valid():
        try:
            made = verb(form.configuration)
            return redirect("edit_judge", project.slug, made.public)
        except PrefereeError as refusal:
            error = str(refusal)
    return _page(request, project, form, 422, judge=judge, error=error)


def _page(
    request: UserRequest, project: Project, form: JudgeForm, status: int = 200, judge: Judge | None = None, **said: Any
) -> HttpResponse:
    shown: dict[str, Any] = {"form": form, "judge": judge, **said}
    if judge is not None:
        newest = judge_named(project, judge.name)
        shown |= {"newest": newest, "is_used": is_used(newest), "next": int(newest.version) + 1}
        shown["versions"] = list(model_judges(project).filter(name=judge.name)[:50])
    context = in_project(request.user, project, "judges", tab="judge", **shown)
    return render(request, PAGE, context, status=status)
