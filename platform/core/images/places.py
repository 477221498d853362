"""Which images of a project lie here, and where a browser gets them."""

from collections.abc import Collection, Mapping

from django.urls import reverse

from core.images.placing import Kept
from core.models import Image, ImageState, Project


def kept_images(project: Project, keys: Collection[str]) -> Mapping[str, Kept]:
    """By the hexadecimal key of the address; those that wait or were refused are missing."""
    if not keys:
        return {}
    found = Image.objects.filter(project=project, key__in=map(bytes.fromhex, keys), state=ImageState.KEPT)
    rows = found.values_list("key", "content_key", "width", "height")
    return {
        bytes(key).hex(): Kept(reverse("image", args=[project.slug, bytes(content_key or b"").hex()]), width, height)
        for key, content_key, width, height in rows
    }
