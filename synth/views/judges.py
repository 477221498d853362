"""The judges of a project: models first, then metrics, gold and what came with files. People are on the page Team."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.http import UserRequest, part
from core.models import Judge, Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project
from synth.judges.listing import PAGE, made_here, others
from synth.models import Endpoint
from synth.public_ids import NOBODY, public_in


@require_safe
@signed_in
def judges(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "names")
    after = _place(project, request.GET.get("after", ""))
    rows = others(project, after)
    shown = {
        "made": made_here(project),
        "others": rows[:PAGE],
        "later": after is not None,
        "more": rows[PAGE - 1].judge if len(rows) > PAGE else None,
        "can_be_made": Endpoint.objects.usable_in(project).exists(),
    }
    context = in_project(request.user, project, "judges", tab="judges", **shown)
    return render(request, part(request, "synth/judges.html", "others"), context)


def _place(project: Project, public: str) -> Judge | None:
    """The judge behind which the page begins."""
    wanted = public_in(public)
    return None if wanted == NOBODY else get_object_or_404(project.judges, public=wanted)
