"""Send a file, and see which files came before."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import PrefereeError
from core.http import UserRequest
from core.importing.files import counted
from core.models import Project, Prompt, Upload
from core.permissions import get_project, may
from core.runs.starting import start_run
from core.uploads.handler import LONGEST_FORM, OntoDisk
from core.uploads.receiving import PART_BYTES, begin, keep_whole
from core.uploads.reports import report_of
from core.views.access import signed_in
from core.views.pages import in_project

ROWS = 20
NOUNS = ("prompts", "responses", "comparisons", "judgments", "scores")
LONGEST_SIZE = 18  # digits that fit into 64 bits


@dataclass(frozen=True, slots=True)
class Row:
    """An import that was started, with what its report says."""

    upload: Upload
    report: dict[str, Any]

    @property
    def added(self) -> str:
        added = self.report.get("added", {})
        return ", ".join(counted(added[noun], noun) for noun in NOUNS if added.get(noun)) or "nothing new"


@csrf_exempt  # until the handler is set, for looking at the token reads the form
def imports(request: HttpRequest, slug: str) -> HttpResponseBase:
    request.upload_handlers = [OntoDisk(request, wanted=_is_wanted(request, slug))]
    return _imports(request, slug)


def _is_wanted(request: HttpRequest, slug: str) -> bool:
    """Whose bytes may lie on the disk before anything else is checked."""
    if request.method != "POST" or not request.user.is_authenticated:
        return False
    project = Project.objects.visible_to(request.user).filter(slug=slug).first()
    return project is not None and may(request.user, project, "manage")


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def _imports(request: UserRequest, slug: str) -> HttpResponseBase:
    project = get_project(request.user, slug, "manage")
    if request.method != "POST":
        return _page(request, project)
    in_parts = request.headers.get("Accept") == "application/json"
    try:
        upload = _begun(request, project) if in_parts else _kept(request, project)
    except PrefereeError as error:
        if in_parts:
            return JsonResponse({"sentence": str(error)}, status=422)
        return _page(request, project, status=422, error=str(error))
    if in_parts:
        return JsonResponse({"address": address_of(upload), "received": upload.received}, status=201)
    return redirect("upload", project.slug, upload.public)


def address_of(upload: Upload) -> str:
    return reverse("upload", args=[upload.project.slug, upload.public])


def _begun(request: UserRequest, project: Project) -> Upload:
    size = request.POST.get("size", "")
    if not (size.isascii() and size.isdigit() and len(size) <= LONGEST_SIZE):
        raise PrefereeError("The size of the file is missing. Reload the page and choose it again.")
    sent = {name: request.POST.get(name, "") for name in ("name", "mark")}
    return begin(project, size=int(size), by=request.user, **sent)


def _kept(request: UserRequest, project: Project) -> Upload:
    file = request.FILES.get("file")  # reading the form is what fills the handler
    (handler,) = request.upload_handlers
    assert isinstance(handler, OntoDisk)
    handler.checked()
    if file is None:
        raise PrefereeError("Choose a file first.")
    try:
        if not file.size:
            raise PrefereeError("The file is empty. Choose a file that holds lines.")
        return keep_whole(project, public=handler.public, name=file.name or "", size=file.size, by=request.user)
    except PrefereeError:
        handler.discard()
        raise


@require_POST
@signed_in
def import_sample(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    run = start_run(project, "import", {"sample": True}, by=request.user)
    return redirect("run", project.slug, run.public)


def _page(request: UserRequest, project: Project, *, status: int = 200, error: str = "") -> HttpResponse:
    uploads = Upload.objects.visible_to(request.user).filter(project=project).select_related("created_by", "run")
    past = uploads.filter(run__isnull=False).order_by("-public")
    if before := _uuid(request.GET.get("before", "")):
        past = past.filter(public__lt=before)
    page = list(past.select_related("project")[: ROWS + 1])
    context = in_project(
        request.user,
        project,
        "import",
        error=error,
        part=PART_BYTES,
        longest_form=LONGEST_FORM,
        waiting=uploads.filter(run=None).order_by("-public")[:ROWS],
        rows=[Row(upload, report_of(upload)) for upload in page[:ROWS]],
        older=page[ROWS - 1].public if len(page) > ROWS else None,
        later=before is not None,
        is_empty=not Prompt.objects.filter(project=project).exists(),
    )
    return render(request, "core/imports.html", context, status=status)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
