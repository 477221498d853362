"""Who works in a project, how much they have before them, how long they worked and how fast; and that as a CSV."""

import csv
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from core import audit
from core.hours import UNMEASURED_MOST_MS, days_of_people
from core.http import UserRequest
from core.inert import inert
from core.models import Project
from core.periods import NAMES, BadPeriod, Period, period_of, this_week
from core.permissions import get_project
from core.team import people_of, totals_of
from core.views.access import signed_in
from core.views.pages import in_project

HEAD = ("person", "e-mail", "day", "judgments", "active hours", "wall hours")


@require_safe
@signed_in
def team(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "team")
    audit.viewed(request.user, project, "hours")
    period, error = asked_period(project, request.GET)
    people = people_of(project, period)
    shown = {"people": people, "totals": totals_of(people), "alone": len(people) < 2}
    context = in_project(request.user, project, "team", tab="team", **shown, **of_period(request.GET, period, error))
    return render(request, "core/team.html", context, status=422 if error else 200)


@require_safe
@signed_in
def hours(request: UserRequest, slug: str) -> HttpResponseBase:
    """The hours of the period for payment: a row a person and day, those who have left since included."""
    project = get_project(request.user, slug, "team")
    period = period_of(project, request.GET)
    span = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    audit.record("team.hours", project=project, actor=request.user, **span)
    name = f"hours-{slugify(project.slug)}-{period.first}-{period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(_lines(project, period), content_type="text/csv; charset=utf-8", headers=headers)


def asked_period(project: Project, asked: Mapping[str, str]) -> tuple[Period, str]:
    """This week, and a sentence, where days were asked for that make no period."""
    try:
        return period_of(project, asked), ""
    except BadPeriod as error:
        return this_week(project), str(error)


def of_period(asked: Mapping[str, str], period: Period, error: str) -> dict[str, Any]:
    """What core/period.html shows: the choices, what was typed, and what is wrong with it."""
    typed = {"from": asked.get("from", "") or period.first, "to": asked.get("to", "") or period.last}
    chosen = "days" if error else period.name
    return {
        "period": period,
        "periods": NAMES,
        "chosen": chosen,
        "typed": typed,
        "period_error": error,
        "unmeasured_minutes": UNMEASURED_MOST_MS // 60_000,
    }


class _Line:
    """What a CSV writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def _lines(project: Project, period: Period) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(HEAD)
    for name, email, day in days_of_people(project, period):
        times = (f"{day.hours:.4f}", f"{day.wall_hours:.4f}")
        yield writer.writerow((inert(name), inert(email), day.day.isoformat(), day.judgments, *times))
