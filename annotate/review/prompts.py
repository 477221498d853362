"""A prompt as its page shows it: what was asked, what was answered, a page of each at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.safestring import SafeString

from annotate.reading.texts import texts_of_prompt
from annotate.review.blindness import Blind
from annotate.review.comparisons import Card
from annotate.review.comparisons import cards_of as comparison_cards
from annotate.review.responses import ResponseCard
from annotate.review.responses import cards_of as response_cards
from annotate.work.screen import Context, contexts_of
from core.conversation import Turn, first_words, turns
from core.ids import canonical
from core.models import Project, Prompt
from core.renderings import rendered_many

ROWS = 20
MOST_METADATA, LONGEST_VALUE = 50, 500
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Asked:
    """The conversation with all that belongs to it."""

    title: str
    turns: list[Turn]
    system: SafeString | None
    contexts: list[Context]
    reference: SafeString | None
    metadata: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """Some cards of `total`; `following` begins the next page, `later` says that this is not the first."""

    cards: Sequence[Any]
    total: int
    following: UUID | None
    later: bool


def asked(project: Project, prompt: Prompt) -> Asked:
    html = rendered_many(project, texts_of_prompt(prompt))
    return Asked(
        title=first_words(prompt.messages),
        turns=turns(prompt.messages, html),
        system=html[prompt.system] if prompt.system else None,
        contexts=contexts_of(prompt, html),
        reference=html[prompt.reference] if prompt.reference else None,
        metadata=[(key, _short(value)) for key, value in list(prompt.metadata.items())[:MOST_METADATA]],
    )


def responses_of(project: Project, prompt: Prompt, blind: Blind, start: UUID | None) -> Page:
    rows, page = _page(prompt.responses.all(), start)
    cards: list[ResponseCard] = response_cards(project, rows, blind)
    return Page(cards, *page)


def comparisons_of(
    project: Project, prompt: Prompt, blind: Blind, start: UUID | None, *, names: bool, opened: UUID | None = None
) -> Page:
    rows, page = _page(prompt.comparisons.all(), start)
    cards: list[Card] = comparison_cards(project, rows, blind, names=names, opened=opened)
    return Page(cards, *page)


def _page(rows: "QuerySet[Row]", start: UUID | None) -> tuple[list[Row], tuple[int, UUID | None, bool]]:
    """The rows from `start` on, or from the first; then how many there are, what follows, whether some come before."""
    first = rows.filter(public=start).values_list("pk", flat=True).first() if start else None
    found = list((rows.filter(pk__gte=first) if first else rows).order_by("pk")[: ROWS + 1])
    following = found[ROWS].public if len(found) > ROWS else None  # type: ignore[attr-defined]
    return found[:ROWS], (rows.count(), following, first is not None)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else canonical(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
