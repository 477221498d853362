"""The projects of a person: what waits for them, how far each is, when something last happened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.http import UserRequest
from core.models import AuditEvent, Comparison, Judgment, Label, Project, User
from core.permissions import verbs_in
from core.projects import may_create
from core.views.access import signed_in
from core.work import Work, work_of

LABEL_POLICY = "majority"


@dataclass(frozen=True, slots=True)
class Row:
    project: Project
    work: Work | None
    labelled: int | None
    comparisons: int | None
    last: datetime


@require_safe
@signed_in
def projects(request: UserRequest) -> HttpResponse:
    rows = _rows(request.user)
    waiting = next((row for row in rows if row.work and row.work.left), None)
    context = {
        "rows": [row for row in rows if not row.project.archived],
        "archived": [row for row in rows if row.project.archived],
        "waiting": waiting,
        "may_create": may_create(request.user),
        "here": "projects",
    }
    return render(request, "core/projects.html", context)


def _rows(person: User) -> list[Row]:
    """The newest activity first."""
    found = {project.pk: project for project in Project.objects.visible_to(person)}
    may = verbs_in(person, list(found.values()))
    readable = [pk for pk in found if "read" in may[pk]]
    work = work_of(person, [project for pk, project in found.items() if "judge" in may[pk]])
    labelled, comparisons = _labelled(readable), _comparisons(readable)
    return [
        Row(
            found[pk],
            work.get(pk),
            labelled.get(pk, 0) if pk in readable else None,
            comparisons.get(pk, 0) if pk in readable else None,
            last,
        )
        for pk, last in _last_activity(found)
    ]


def _last_activity(projects: Iterable[int]) -> Iterable[tuple[int, datetime]]:
    """The newest audit event or judgment, whichever is later; an imported judgment may be old or without a time."""
    event = AuditEvent.objects.filter(project=OuterRef("pk")).order_by("-at").values("at")[:1]
    judgment = Judgment.objects.filter(project=OuterRef("pk")).order_by("-pk").values("created")[:1]
    last = Greatest(Coalesce(Subquery(event), F("created")), Coalesce(Subquery(judgment), F("created")))
    found = Project.objects.filter(pk__in=projects).annotate(last=last).order_by("-last", "name")
    return found.values_list("pk", "last")


def _labelled(projects: Iterable[int]) -> Mapping[int, int]:
    decided = Label.objects.filter(project__in=projects, policy=LABEL_POLICY, undecided=False)
    return dict(decided.values("project").annotate(n=Count("pk")).values_list("project", "n"))


def _comparisons(projects: Iterable[int]) -> Mapping[int, int]:
    counted = Comparison.objects.filter(project__in=projects, withdrawn=None).values("project").annotate(n=Count("pk"))
    return dict(counted.values_list("project", "n"))
