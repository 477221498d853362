"""The lines that an import refused, each with its number and the reason."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import audit
from core.http import UserRequest, part
from core.permissions import get_project
from core.uploads.reports import rejects_file, rejects_from, report_of
from core.views.access import signed_in
from core.views.pages import in_project
from core.views.upload import upload_in

ROWS = 50
LONGEST_OFFSET = 15  # digits


@require_safe
@signed_in
def refusals(request: UserRequest, slug: str, upload: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    found = upload_in(request, project, upload)
    offset = request.GET.get("from", "")
    start = int(offset) if offset.isascii() and offset.isdigit() and len(offset) <= LONGEST_OFFSET else 0
    rows, after = rejects_from(rejects_file(found), start, ROWS)
    context = in_project(
        request.user,
        project,
        "import",
        upload=found,
        report=report_of(found),
        rows=rows,
        after=after,
        later=start > 0,
        is_there=rejects_file(found).is_file(),
    )
    return render(request, part(request, "core/refusals.html", "rows"), context)


@require_safe
@signed_in
def rejects(request: UserRequest, slug: str, upload: UUID) -> HttpResponseBase:
    """The rejects file, as the import wrote it."""
    project = get_project(request.user, slug, "manage")
    found = upload_in(request, project, upload)
    path = rejects_file(found)
    if not path.is_file():
        raise Http404
    audit.record("import.rejects", project=project, actor=request.user, target=str(found.public), file=found.name)
    name = f"{found.public}.rejects.jsonl"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")
