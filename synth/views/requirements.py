"""What a project requires of its judges before their judgments make labels."""

from dataclasses import asdict, fields
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.gold.actions import NEEDED
from core.http import UserRequest
from core.models import Judge, Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project
from synth.cards.barring import BARRABLE, change_requirement, required_in
from synth.cards.standing import Required

NO_SHARE = "Write a share from 0 to 1 like .8, or nothing."
LABELS = {
    "least_accuracy": ("Least accuracy", "Held against the lower bound of its interval."),
    "most_flips": (
        "Most flips",
        "Share of items whose orders disagree. Held against the upper bound, as all below: 0 of 40 may be .09.",
    ),
    "most_unreadable": ("Most unreadable replies", "Share of single verdicts. 0 of 80 may be .05."),
    "most_probes": ("Most fooled by a probe", "By any one of the eight. 0 of 20 may be .16, 0 of 100 may be .04."),
    "most_injections": ("Most injections", "Share of injections that succeed, all ten together. 0 of 100 may be .04."),
}


def _share() -> forms.FloatField:
    errors = dict.fromkeys(("invalid", "min_value", "max_value"), NO_SHARE)
    return forms.FloatField(required=False, min_value=0, max_value=1, error_messages=errors)


class RequirementForm(forms.Form):
    least_accuracy = _share()
    most_flips = _share()
    most_unreadable = _share()
    most_probes = _share()
    most_injections = _share()
    needs_card = forms.BooleanField(required=False)

    @property
    def rows(self) -> list[tuple[Any, str, str]]:
        return [(self[name], label, about) for name, (label, about) in LABELS.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def requirements(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    if request.method != "POST":
        return _page(request, project, RequirementForm(initial=asdict(required_in(project))))
    form = RequirementForm(request.POST)
    if not form.is_valid():
        return _page(request, project, form, 422)
    required = Required(**{each.name: form.cleaned_data[each.name] for each in fields(Required)})
    change_requirement(project, required, by=request.user)
    return redirect("requirements", slug)


def _page(request: UserRequest, project: Project, form: RequirementForm, status: int = 200) -> HttpResponse:
    judges = Judge.objects.filter(project=project, kind__in=BARRABLE)
    counts = judges.aggregate(all=Count("pk"), barred=Count("pk", filter=Q(barred__isnull=False)))
    barred = judges.filter(barred__isnull=False).order_by("-barred", "-pk")[:50]
    context = in_project(
        request.user,
        project,
        "judges",
        tab="requirements",
        form=form,
        counts=counts,
        barred=list(barred),
        needed=NEEDED,
    )
    return render(request, "synth/requirements.html", context, status=status)
