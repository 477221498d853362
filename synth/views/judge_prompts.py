"""The judge prompts of a project: those that come with Preferee, and its own."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.http import UserRequest
from core.models import Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project
from synth.judges.choices import newest_given
from synth.judges.prompt_files import given_prompts
from synth.judges.registry import model_judges
from synth.models import JudgePrompt


@dataclass(frozen=True, slots=True)
class Row:
    """`versions` are how many there are, `judges` how many judge versions name this version of it."""

    name: str
    label: str
    method: str
    versions: int
    created: datetime | None
    judges: int


@require_safe
@signed_in
def judge_prompts(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "names")
    context = in_project(request.user, project, "judges", tab="prompts", own=_own(project), given=_given())
    return render(request, "synth/judge_prompts.html", context)


def _given() -> list[Row]:
    found = newest_given(given_prompts())
    return [Row(each.name, each.label, each.head["method"], each.version, None, 0) for each in found]


def _own(project: Project) -> list[Row]:
    """The newest version of each."""
    prompts = JudgePrompt.objects.filter(project=project)
    used = model_judges(project).exclude(config__prompt="").order_by().values_list("config__prompt")
    counts = dict(used.annotate(n=Count("pk")))
    return [
        Row(each.name, label, each.method, each.version, each.created, counts.get(label, 0))
        for each in prompts.order_by("name", "-version").distinct("name").defer("system", "text")
        for label in [f"{each.name}@{each.version}"]
    ]
