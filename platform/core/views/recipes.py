"""The recipes that a project can run."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.errors import PrefereeError
from core.http import UserRequest
from core.permissions import get_project
from core.recipes.reading import read_recipe
from core.recipes.shelf import Text, recipes_of
from core.runs.steps import offered_steps
from core.views.access import signed_in
from core.views.pages import in_project


@dataclass(frozen=True, slots=True)
class Entry:
    """A recipe's name, what it does, its stages; `error` where this installation cannot read it any more."""

    text: Text
    version: str
    summary: str = ""
    stages: str = ""
    error: str = ""


@require_safe
@signed_in
def recipes(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    texts = recipes_of(project)
    steps = {name for name in texts if texts[name].builtin and name in offered_steps()}
    groups = [
        ("Come with Preferee", _entries(texts[name] for name in texts if texts[name].builtin and name not in steps)),
        ("Run in this project before", _entries(text for text in texts.values() if not text.builtin)),
        ("One step alone", _entries(texts[name] for name in sorted(steps))),
    ]
    return render(request, "core/recipes.html", in_project(request.user, project, "runs", tab="recipes", groups=groups))


def _entries(texts: Iterable[Text]) -> list[Entry]:
    return [_entry(text) for text in texts]


def _entry(text: Text) -> Entry:
    version = "" if text.builtin else text.where.removeprefix(f"{text.name}, ")
    try:
        specification = read_recipe(text.source, text.where).specification
    except PrefereeError as error:
        return Entry(text, version, error=str(error))
    return Entry(text, version, specification.summary, ", ".join(stage.name for stage in specification.stages))
