"""The rubrics of a project: those that come with Preferee, and its own."""

from collections.abc import Sequence
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
from synth.judges.criteria import given_rubrics
from synth.judges.registry import model_judges


@dataclass(frozen=True, slots=True)
class Row:
    """`judges` is how many judge versions name this version."""

    name: str
    label: str
    version: int
    criteria: Sequence[str]
    created: datetime | None = None
    judges: int = 0


@require_safe
@signed_in
def rubrics(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "names")
    context = in_project(request.user, project, "judges", tab="rubrics", own=_own(project), given=_given())
    return render(request, "synth/rubrics.html", context)


def _given() -> list[Row]:
    found = newest_given(given_rubrics())
    return [Row(each.name, each.label, each.version, [one.name for one in each.criteria]) for each in found]


def _own(project: Project) -> list[Row]:
    """The newest version of each."""
    used = model_judges(project).exclude(config__rubric="").order_by().values_list("config__rubric")
    counts = dict(used.annotate(n=Count("pk")))
    return [
        Row(each.name, label, each.version, [one["name"] for one in each.criteria], each.created, counts.get(label, 0))
        for each in project.rubrics.order_by("name", "-version").distinct("name")
        for label in [f"{each.name}@{each.version}"]
    ]
