"""How a prompt is named in a table: where it is shown, and its first words."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from core.conversation import text_of

LONGEST = 300


def prompt_address(slug: str, public: UUID) -> str:
    return reverse("prompt", args=[slug, public])


def beginning(messages: Sequence[Mapping[str, Any]]) -> str:
    """The first words of what is answered: of the last message. Empty where it holds none."""
    words = text_of(messages[-1])[: 4 * LONGEST].split() if messages else []
    text = " ".join(words)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
