"""Waiting images: a worker claims some, fetches them side by side, and keeps what came, or why nothing did."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.bulk import fetch
from core.images.encoding import Encoded, encoded
from core.images.fetching import image_bytes
from core.images.placing import is_image_itself
from core.models import Image, ImageState, Project
from core.runs.steps import PermanentError, TransientError

Failure = PermanentError | TransientError

AT_ONCE = 8
MOST_TRIES = 4
CLAIMED_FOR = timedelta(minutes=5)  # a worker that dies over it costs this long
NEXT_TRY = timedelta(minutes=2)

# The images that may be fetched now. What is written out asks nobody, so it needs no leave.
DUE = """
  FROM core_image i JOIN core_project p ON p.id = i.project_id
 WHERE i.state = 'waiting' AND i.due <= clock_timestamp() AND p.archived IS NULL
   AND (i.address ILIKE 'data:%%' OR (%(fetch)s AND p.fetches_images AND NOT p.text_stays_inside))
"""
CLAIM = f"""
UPDATE core_image SET due = now() + %(claimed)s, tries = tries + 1
 WHERE id IN (SELECT i.id {DUE} ORDER BY i.due LIMIT %(most)s FOR UPDATE OF i SKIP LOCKED) RETURNING id
"""


def may_fetch(project: Project) -> bool:
    """Whether somebody here said that its images may be asked for: an address in a text is a part of the text."""
    return settings.FETCH_IMAGES and project.fetches_images and not project.text_stays_inside


def are_due() -> bool:
    return bool(fetch(f"SELECT 1 {DUE} LIMIT 1", {"fetch": settings.FETCH_IMAGES}))


def keep_images(*, seconds: float = 30.0) -> bool:
    """Fetch what waits, for a while; True where something is left."""
    until = time.monotonic() + seconds
    named = {"fetch": settings.FETCH_IMAGES, "claimed": CLAIMED_FOR, "most": AT_ONCE}
    while claimed := fetch(CLAIM, named):
        images = list(Image.objects.filter(pk__in=[pk for (pk,) in claimed]).select_related("project"))
        for image, outcome in zip(images, asyncio.run(_fetched(images)), strict=True):
            _record(image, _encoded(outcome))
        if time.monotonic() > until:
            return are_due()
    return False


async def _fetched(images: Sequence[Image]) -> list[bytes | Failure]:
    return await asyncio.gather(*(_bytes(image.address) for image in images))


async def _bytes(address: str) -> bytes | Failure:
    try:
        return await image_bytes(address)
    except (PermanentError, TransientError) as error:
        return error


def _encoded(outcome: bytes | Failure) -> Encoded | Failure:
    if isinstance(outcome, Failure):
        return outcome
    try:
        return encoded(outcome)
    except (PermanentError, TransientError) as error:
        return error


@transaction.atomic
def _record(image: Image, outcome: Encoded | Failure) -> None:
    """Nothing where the image was erased meanwhile."""
    rows = Image.objects.filter(pk=image.pk, state=ImageState.WAITING)
    if isinstance(outcome, Encoded):
        rows.update(
            state=ImageState.KEPT,
            sentence="",
            address="" if is_image_itself(image.address) else image.address,
            content=outcome.content,
            content_key=_content_key(image.project, outcome.content),
            width=outcome.width,
            height=outcome.height,
        )
    elif isinstance(outcome, TransientError) and image.tries < MOST_TRIES:
        rows.update(sentence=str(outcome), due=timezone.now() + NEXT_TRY * image.tries)
    else:
        rows.update(
            state=ImageState.REFUSED,
            sentence=str(outcome),
            address="" if is_image_itself(image.address) else image.address,
        )


def _content_key(project: Project, content: bytes) -> bytes:
    """Nobody who has an image can work out its address here, to find out whether it is in a project."""
    return salted_hmac(f"image of project {project.pk}", content, algorithm="sha256").digest()[:16]
