"""How far people and judges agree, as a table. It takes seconds on a large project, so it comes after the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.http import UserRequest, part
from core.models import Project
from core.permissions import get_project, may
from core.reports.agreement import agreement as measured
from core.views.access import signed_in
from core.views.pages import in_project

SECONDS_KEPT = 3600
# Label, key in the report, and what turns it into a share of 1.
FIGURES = [
    ("Agreement", "percent", 100),
    ("Without ties", "percent_untied", 100),
    ("Cohen’s κ", "cohen_kappa", 1),
    ("Krippendorff’s α", "krippendorff_alpha_nominal", 1),
]
ONLY_PEOPLE = "Measured among people only."


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    kind: str
    figures: list[Figure]

    @property
    def reason(self) -> str:
        """Why nothing at all can be told, where that is so."""
        return "" if any(figure.value is not None for figure in self.figures) else self.figures[0].reason


@require_safe
@signed_in
def agreement(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "read")
    rows = rows_of(_kept(project), names=may(request.user, project, "names"))
    context = in_project(request.user, project, "overview", rows=rows)
    return render(request, part(request, "core/agreement.html", "figures"), context)


def _kept(project: Project) -> Mapping[str, Any]:
    """Measured once for each state of the judgments: a change of one is a new row with a new id, and what is withdrawn
    or restored is a removal that ends."""
    newest = project.judgments.aggregate(newest=Max("pk"))["newest"]
    removed = project.removals.aggregate(last=Max("finished"))["last"]
    key = f"agreement:{project.pk}:{newest}:{removed and removed.timestamp()}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = measured(project)
        cache.set(key, found, SECONDS_KEPT)
    return found


def rows_of(report: Mapping[str, Any], *, names: bool) -> list[Row]:
    """Without `names` no person has a row."""
    measured_on_gold = [(name, of) for name, of in report["gold"].items() if names or of["who"] != "person"]
    rows = [Row("People with people", "people", _figures(report["people"]))]
    rows += [Row(f"{name} with people", "models", _figures(of)) for name, of in report["judges"].items()]
    rows += [Row(f"{name} with gold", "gold", _figures(of)) for name, of in measured_on_gold]
    return rows


def _figures(of: Mapping[str, Any]) -> list[Figure]:
    return [_figure(of, label, key, scale) for label, key, scale in FIGURES]


def _figure(of: Mapping[str, Any], label: str, key: str, scale: int) -> Figure:
    value = of.get(key)
    if value is None:
        return Figure(label, None, None, None, 0, of.get(f"{key}_reason", ONLY_PEOPLE))
    low, high = of.get(f"{key}_interval") or (None, None)
    return Figure(label, value / scale, _scaled(low, scale), _scaled(high, scale), of[f"{key}_n"], "")


def _scaled(bound: float | None, scale: int) -> float | None:
    return None if bound is None else bound / scale
