"""An image of a text, as a worker encoded it: content of ours, whoever drew it."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from core.http import UserRequest
from core.images.encoding import media_type
from core.models import Image, ImageState
from core.permissions import get_project, verbs_of
from core.views.access import signed_in

# Opened for itself it is an image and nothing else.
POLICY = "default-src 'none'; img-src 'self'; frame-ancestors 'none'; sandbox"


@require_safe
@signed_in
def image(request: UserRequest, slug: str, key: str) -> HttpResponse:
    project = get_project(request.user, slug, "see")
    if not verbs_of(request.user, project) & {"judge", "read"}:
        raise PermissionDenied(f"Your role in {project.name} does not include its texts.")
    found = Image.objects.filter(project=project, content_key=bytes.fromhex(key), state=ImageState.KEPT)
    content = found.values_list("content", flat=True).first()
    if content is None:
        raise Http404("There is no such image.")
    data = bytes(content)
    return HttpResponse(
        data,
        content_type=media_type(data),
        headers={
            "Content-Security-Policy": POLICY,
            "Content-Disposition": "inline",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )
