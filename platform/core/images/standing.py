"""How far a project's images are, for whoever decides whether it has any fetched."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count

from core.models import Image, ImageState, Project

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """`refused` are the newest of those that were, each with its sentence."""

    kept: int
    waiting: int
    gone: int
    refused: Sequence[Image]
    is_allowed: bool

    @property
    def total(self) -> int:
        return self.kept + self.waiting + self.gone


def standing_of(project: Project) -> Standing:
    images = Image.objects.filter(project=project)
    counts = dict(images.order_by().values_list("state").annotate(Count("pk")))
    refused = images.filter(state=ImageState.REFUSED).defer("content").order_by("-pk")[:SHOWN]
    return Standing(
        kept=counts.get(ImageState.KEPT, 0),
        waiting=counts.get(ImageState.WAITING, 0),
        gone=counts.get(ImageState.REFUSED, 0),
        refused=list(refused) if ImageState.REFUSED in counts else [],
        is_allowed=settings.FETCH_IMAGES,
    )
