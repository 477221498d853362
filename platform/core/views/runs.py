"""The runs of a project, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Avg, Case, Count, F, FloatField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.http import UserRequest, part
from core.models import Run, Stage, StageState
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project
from core.views.run_filters import RunFilters, filters_of

ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A run with what its stages come to; `share` is the part of its stages that is through."""

    run: Run
    stages: int = 0
    through: int = 0
    share: float = 0
    failed: int = 0
    cost: Decimal = Decimal(0)

    @property
    def seconds(self) -> float | None:
        end = self.run.finished or timezone.now()
        return None if self.run.started is None else (end - self.run.started).total_seconds()


@require_safe
@signed_in
def runs(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "read")
    filters = filters_of(project, request.GET)
    found = filters.narrow(Run.objects.visible_to(request.user).filter(project=project))
    page = list(_page(found, request.GET).select_related("recipe", "schedule", "created_by")[: ROWS + 1])
    rows, older = page[:ROWS], page[ROWS:]
    context = in_project(
        request.user,
        project,
        "runs",
        tab="runs",
        rows=_rows(rows),
        filters=filters,
        older=rows[-1].public if older else None,
        poll=_poll(rows, filters),
        later="before" in request.GET,
    )
    return render(request, part(request, "core/runs.html", "rows"), context)


def _page(found: QuerySet[Run], asked: QueryDict) -> QuerySet[Run]:
    """From the run `from` on, or after the run `before`; their ids are in the order of time."""
    for name, lookup in (("before", "public__lt"), ("from", "public__lte")):
        if public := _uuid(asked.get(name, "")):
            found = found.filter(**{lookup: public})
    return found.order_by("-public")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _poll(rows: Sequence[Run], filters: RunFilters) -> str:
    """The same rows again while one of them goes: a run that is started meanwhile must not push them down."""
    if all(run.is_over for run in rows):
        return ""
    return filters.address(**{"from": str(rows[0].public)})


def _rows(runs: Sequence[Run]) -> list[Row]:
    sums = _sums(runs)
    return [Row(run, *sums.get(run.pk, ())) for run in runs]


def _sums(runs: Sequence[Run]) -> Mapping[int, Sequence[Any]]:
    part_done = Cast(F("done") + F("failed"), FloatField()) / F("total")
    share = Case(
        When(state=StageState.DONE, then=Value(1.0)),
        When(total__gt=0, then=part_done),
        default=Value(0.0),
        output_field=FloatField(),
    )
    sums = Stage.objects.filter(run__in=[run.pk for run in runs]).values("run")
    summed = sums.annotate(
        stages=Count("pk"),
        through=Count("pk", filter=Q(state=StageState.DONE)),
        share=Avg(share),
        lost=Sum("failed"),
        spent=Sum("cost"),
    )
    rows = summed.values_list("run", "stages", "through", "share", "lost", "spent")
    return {run: figures for run, *figures in rows}
