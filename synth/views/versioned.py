"""What judges are told by name and version, prompts or rubrics: the list of them, and the way to one that was saved."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from core.errors import Conflict, PrefereeError
from core.http import UserRequest
from core.models import Project, Rubric
from core.permissions import get_project
from core.views.pages import in_project
from synth.judges.registry import model_judges
from synth.models import JudgePrompt


@dataclass(frozen=True, slots=True)
class Row:
    """`about` is the text or the names in its second column, `judges` how many judge versions name this version."""

    name: str
    label: str
    version: int
    about: str | Sequence[str]
    created: datetime | None = None
    judges: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """Which of the two lists: `what` is its address's name and the key in a judge's configuration, `column` its second.

    `own` are all versions in the project, without what the list does not show.
    """

    what: str
    key: str
    tab: str
    column: str
    about: Callable[[Any], str | Sequence[str]]
    own: Callable[[Project], "QuerySet[Any]"]
    given: Callable[[], Iterable[Row]]


def versioned_page(request: UserRequest, slug: str, listing: Listing, template: str) -> HttpResponse:
    project = get_project(request.user, slug, "names")
    shown = {"own": _own(project, listing), "given": list(listing.given()), "page": listing.what}
    context = in_project(request.user, project, "judges", tab=listing.tab, column=listing.column, **shown)
    return render(request, template, context)


def to_version(what: str, slug: str, saved: JudgePrompt | Rubric) -> HttpResponse:
    """To the page of the version that was saved."""
    return redirect(f"{reverse(what, args=[slug])}?{urlencode({'named': f'{saved.name}@{saved.version}'})}")


def status_of(error: PrefereeError) -> int:
    """Where a version is refused: because somebody else saved one, or because of what was typed."""
    return 409 if isinstance(error, Conflict) else 422


def _own(project: Project, listing: Listing) -> list[Row]:
    """The newest version of each."""
    field = f"config__{listing.key}"
    used = model_judges(project).exclude(**{field: ""}).order_by().values_list(field)
    counts = dict(used.annotate(n=Count("pk")))
    return [
        Row(each.name, label, each.version, listing.about(each), each.created, counts.get(label, 0))
        for each in listing.own(project).order_by("name", "-version").distinct("name")
        for label in [f"{each.name}@{each.version}"]
    ]
