"""A run's inputs per second as a chart. It is drawn after the page, and drawn anew while the run goes."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.charts.service import throughput_chart
from core.http import UserRequest, part
from core.permissions import get_project
from core.runs.standing import throughput_of
from core.views.access import signed_in
from core.views.pages import in_project
from core.views.run import run_in


@require_safe
@signed_in
def throughput(request: UserRequest, slug: str, run: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "read")
    found = run_in(request, project, run)
    chart = throughput_chart(throughput_of(found), title="Throughput of the run", prefix="inputs")
    context = in_project(request.user, project, "runs", tab="run", run=found, chart=chart)
    return render(request, part(request, "core/throughput.html", "chart"), context)
