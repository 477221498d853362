"""The one exception to “never edited”."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from core.bulk import fetch

SAY = "SELECT set_config('preferee.erasing', %s, true)"


@contextmanager
def erasing() -> Iterator[None]:
    """A transaction in which prompts, responses, comparisons, judgments and judges may lose their content."""
    with transaction.atomic():
        fetch(SAY, ["on"])
        yield
        fetch(SAY, [""])  # a caller's transaction goes on without it
