"""A recipe's form: plan what it would do, or start a run of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from core.errors import PrefereeError
from core.http import UserRequest, part
from core.models import Project
from core.permissions import get_project
from core.recipes.composing import ComposedStage, compose
from core.recipes.forms import RecipeForm, form_of
from core.recipes.reading import Recipe, read_recipe
from core.recipes.shelf import Text, recipes_of
from core.runs.starting import start_run
from core.views.access import signed_in
from core.views.control import LimitForm
from core.views.pages import in_project

TEMPLATE = "core/recipe.html"


class RunForm(LimitForm):
    """What is said of the run itself, beside the settings of its stages."""

    only_new = forms.BooleanField(required=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """A recipe with its form, as it is shown or was sent."""

    text: Text
    recipe: Recipe
    form: RecipeForm
    run: RunForm

    @property
    def is_valid(self) -> bool:
        return self.run.is_valid() and self.form.is_valid


@dataclass(frozen=True, slots=True)
class Planned:
    """What a stage would do: figures by name, or a sentence why it could do nothing."""

    stage: ComposedStage
    figures: Mapping[str, float]
    error: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def recipe(request: UserRequest, slug: str, recipe: str) -> HttpResponse:
    """The form, or the run that is started with it."""
    project = get_project(request.user, slug, "manage")
    draft = _draft(request, project, recipe)
    if request.method != "POST":
        return _page(request, project, draft)
    if not draft.is_valid:
        return _page(request, project, draft, status=422)
    options = draft.run.cleaned_data
    try:
        run = start_run(project, draft.text, draft.form.values, by=request.user, **options)
    except PrefereeError as error:
        return _page(request, project, draft, status=422, error=str(error))
    address = redirect("run", project.slug, run.public)
    return HttpResponseClientRedirect(address.url) if request.htmx else address


@require_POST
@signed_in
def plan(request: UserRequest, slug: str, recipe: str) -> HttpResponse:
    """What a run would do, without doing it."""
    project = get_project(request.user, slug, "manage")
    draft = _draft(request, project, recipe)
    if not draft.is_valid:
        return _page(request, project, draft, status=422)
    try:
        stages = compose(draft.recipe, draft.form.values).stages
    except PrefereeError as error:
        return _page(request, project, draft, status=422, error=str(error))
    return _page(request, project, draft, planned=[_planned(project, stage) for stage in stages])


def _draft(request: UserRequest, project: Project, name: str) -> Draft:
    text = recipes_of(project).get(name)
    if text is None:
        raise Http404
    recipe = read_recipe(text.source, text.where)
    sent = request.POST if request.method == "POST" else None
    return Draft(text, recipe, form_of(recipe, sent=_filled(request) if sent is None else sent), RunForm(sent))


def _filled(request: UserRequest) -> Mapping[str, str] | None:
    """What another page has filled in: STAGE.KEY in the address, like judge.judge=strict."""
    return request.GET if any("." in name for name in request.GET) else None


def _page(request: UserRequest, project: Project, draft: Draft, *, status: int = 200, **said: Any) -> HttpResponse:
    context = in_project(request.user, project, "runs", tab="recipes", draft=draft, form=draft.form, **said)
    return render(request, part(request, TEMPLATE, "form"), context, status=status)


def _planned(project: Project, stage: ComposedStage) -> Planned:
    try:
        return Planned(stage, stage.step.plan(project, stage.config))
    except PrefereeError as error:
        return Planned(stage, {}, str(error))
