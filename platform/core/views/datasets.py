from pathlib import Path

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core import audit
from core.api.access import readable_by_programs
from core.errors import PrefereeError
from core.http import UserRequest
from core.models import DatasetVersion
from core.models.dataset import MANIFEST
from core.permissions import get_project


@require_safe
@readable_by_programs
def download(request: UserRequest, slug: str, version: str, name: str) -> HttpResponseBase:
    """One file of a built version, as it was written."""
    project = get_project(request.user, slug, "manage")
    versions = DatasetVersion.objects.visible_to(request.user).select_related("dataset")
    found = get_object_or_404(versions, public=version, dataset__project=project)
    if found.unrebuildable:
        return _gone(request, found)
    path = _file(found, name)
    audit.record("dataset.download", project=project, actor=request.user, target=str(found.public), file=name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")


def _gone(request: UserRequest, version: DatasetVersion) -> HttpResponse:
    sentence = (
        f"Something that {version} held was erased on {version.unrebuildable:%d %B %Y}, and its files with it. "
        "Export the dataset again: the next version is without it."
    )
    return render(request, "core/error.html", {"title": "This file is gone", "sentence": sentence}, status=410)


def _file(version: DatasetVersion, name: str) -> Path:
    """Only the manifest and what it names, so that no name from outside reaches the disk."""
    if name not in {MANIFEST, *(file["name"] for file in version.manifest.get("files", []))}:
        raise Http404
    folder = Path(version.folder)
    path = folder / name
    if path.resolve().parent != folder.resolve() or not path.is_file():
        raise PrefereeError(
            f"The file {name} of {version.dataset.name} {version.number} is no longer where it was written. "
            "Export the dataset again."
        )
    return path
