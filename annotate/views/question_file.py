"""A version of the questions as a file, for a team that keeps it in a repository."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from annotate.composing.files import FORMATS, written
from annotate.composing.versions import version_of
from core.http import UserRequest
from core.permissions import get_project
from core.views.access import signed_in

TYPES = {"yaml": "application/yaml; charset=utf-8", "json": "application/json; charset=utf-8"}


@require_safe
@signed_in
def questions_file(request: UserRequest, slug: str, number: str, ending: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    row = version_of(project, number)
    if row is None or ending not in FORMATS:
        raise Http404
    text = written(row.questions, ending, f"Questions {row.version} of {project.slug}")
    name = f"{project.slug}-questions-{row.version}.{ending}"
    return HttpResponse(
        text, content_type=TYPES[ending], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
