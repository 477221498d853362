"""What machines keep of texts that are erased: no reply of a model to them."""

from collections.abc import Sequence
from typing import Any

from core.models import Project
from core.signals import texts_erased
from synth.replies import forget


def connect() -> None:
    texts_erased.connect(_forget, dispatch_uid="stored replies to erased texts go")


def _forget(sender: Any, *, project: Project, prompt_ids: Sequence[int], **_: Any) -> dict[str, int]:
    return {"stored replies": forget(project.pk, prompt_ids)}
