"""A file that arrives or has arrived: take its parts, show what it would become, start its import."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict, UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, PrefereeError
from core.http import UserRequest, part
from core.importing.assigning import Assigned, assigned, mapping_of
from core.importing.mapping import KINDS, SCALES
from core.importing.preview import Column, Preview, preview
from core.importing.showing import KINDS as KIND_WORDS
from core.importing.showing import ShownLine, layout_in_words, shown_line
from core.models import Project, Upload
from core.permissions import get_project
from core.uploads import ending
from core.uploads.places import place_of
from core.uploads.receiving import LONGEST_PART, PART_BYTES, take_part
from core.uploads.reports import report_of
from core.views.access import signed_in
from core.views.pages import in_project

CHUNK = 2**16
LONGEST_NUMBER = 18  # digits that fit into 64 bits
TEMPLATE = "core/upload.html"


@dataclass(frozen=True, slots=True)
class Draft:
    """What the file would become by what is chosen."""

    preview: Preview
    columns: list[Assigned]
    words: dict[str, str]
    strict: bool

    @property
    def mapping(self) -> dict[str, str]:
        return mapping_of(self.columns, self.words)

    @property
    def error(self) -> str:
        """Why it cannot be imported so."""
        if self.preview.problem:
            return self.preview.problem
        if twice := next((row.error for row in self.columns if row.error), ""):
            return twice
        if self.preview.is_whole and not self.preview.seen:
            return "The file holds no lines. Send one that does."
        if self.preview.seen and not self.preview.good_count:
            return "None of the lines looked at would go in. Say above what the columns are, or send another file."
        return ""

    @property
    def is_estimate(self) -> bool:
        return not (self.preview.is_whole or self.preview.is_counted)

    @property
    def layout(self) -> str:
        return layout_in_words(self.preview.layout)

    @property
    def lines(self) -> list[ShownLine]:
        return [shown_line(item) for item in self.preview.good]


def upload_in(request: UserRequest, project: Project, public: UUID) -> Upload:
    uploads = Upload.objects.visible_to(request.user).select_related("project", "run", "created_by")
    return get_object_or_404(uploads, project=project, public=public)


@require_http_methods(["GET", "HEAD", "POST", "PUT"])
@signed_in
def upload(request: UserRequest, slug: str, upload: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    found = upload_in(request, project, upload)
    if request.method == "PUT":
        return _take(request, found)
    if request.method == "POST":
        return _start(request, project, found)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"received": found.received, "size": found.size})
    return _page(request, project, found, _draft(found, request.GET))


def _take(request: UserRequest, found: Upload) -> HttpResponse:
    """What has arrived, whether this part was the next one or not: whoever sends goes on from there."""
    try:
        if found.created_by_id != request.user.pk:
            raise Conflict(f"{found.created_by or 'Somebody else'} is sending this file. Send your own.")
        return JsonResponse({"received": take_part(found, *_part(request))})
    except PrefereeError as error:
        return JsonResponse({"sentence": str(error)}, status=409)


def _part(request: HttpRequest) -> tuple[int, bytes]:
    sent = (request.headers.get("X-Offset", ""), request.headers.get("Content-Length", ""))
    if not all(number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER for number in sent):
        raise PrefereeError("A part needs the header X-Offset, which says where it belongs, and a length.")
    offset, length = map(int, sent)
    if length > LONGEST_PART:
        raise PrefereeError(f"A part may have {LONGEST_PART:,} bytes. Send smaller ones.")
    data = bytearray()
    try:
        while len(data) < length and (chunk := request.read(CHUNK)):
            data += chunk
    except UnreadablePostError as error:
        raise PrefereeError("The part broke off on its way. Send it again.") from error
    if len(data) < length:
        raise PrefereeError("The part broke off on its way. Send it again.")
    return offset, bytes(data)


def _draft(found: Upload, sent: QueryDict) -> Draft | None:
    """None while there is nothing to look at."""
    if not found.is_whole or (found.run and found.run.state not in ("failed", "cancelled")):
        return None
    path = place_of(found.public)
    if not path.is_file():
        return None
    plain = preview(path, found.name)
    allowed = {"kind": KINDS, "scale": SCALES}
    words = {name: sent.get(name, "") for name, values in allowed.items() if sent.get(name) in values}
    columns = assigned(_choosable(plain), {name: str(value) for name, value in sent.items()})
    draft = Draft(plain, columns, words, "strict" in sent)
    return draft if not draft.mapping else Draft(preview(path, found.name, draft.mapping), columns, words, draft.strict)


def _choosable(plain: Preview) -> list[Column]:
    """Preferee's own format says itself what everything is."""
    return [] if plain.layout == "interchange" else plain.columns


def _start(request: UserRequest, project: Project, found: Upload) -> HttpResponse:
    draft = _draft(found, request.POST)
    if "look" in request.POST:  # without JavaScript
        return _page(request, project, found, draft)
    if draft is not None and draft.error:
        return _page(request, project, found, draft, status=422)
    mapping, strict = (draft.mapping, draft.strict) if draft else ({}, False)
    try:
        run = ending.import_upload(found, mapping, strict=strict, by=request.user)
    except Conflict as error:
        return _page(request, project, found, draft, status=409, error=str(error))
    return redirect("run", project.slug, run.public)


@require_POST
@signed_in
def remove_upload(request: UserRequest, slug: str, upload: UUID) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    ending.remove_upload(upload_in(request, project, upload), by=request.user)
    return redirect("import", project.slug)


def _page(
    request: UserRequest, project: Project, found: Upload, draft: Draft | None, *, status: int = 200, error: str = ""
) -> HttpResponse:
    context = in_project(
        request.user,
        project,
        "import",
        upload=found,
        draft=draft,
        error=error or (draft.error if draft else ""),
        kinds=KIND_WORDS,
        scales=SCALES,
        part=PART_BYTES,
        report=report_of(found),
    )
    return render(request, part(request, TEMPLATE, "looked"), context, status=status)
