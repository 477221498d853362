"""Gold sets and their items as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from core.gold.actions import NEEDED
from core.labels.words import outcome_in_words
from core.models import GoldItem, GoldSet, Occasion, Project

FROM = {"gold": "an import", "human": "a person"}


@dataclass(frozen=True, slots=True)
class Version:
    """One version with how much of it is answered."""

    row: GoldSet
    items: int
    answered: int

    @property
    def missing(self) -> int:
        """How many answers it still needs before a judge that is measured on it is certified."""
        return max(0, NEEDED - self.answered)

    @property
    def state(self) -> str:
        return "open" if self.row.closed is None else "closed"


@dataclass(frozen=True, slots=True)
class Item:
    row: GoldItem

    @property
    def answer(self) -> str:
        return "" if self.row.ranks is None else outcome_in_words(self.row.ranks, both_bad=False)

    @property
    def source(self) -> str:
        """Whose answer it was."""
        if self.row.source is None:
            return "" if self.row.ranks is None else "an answer that is gone"
        if self.row.source.occasion == Occasion.REVIEW:
            return "a reviewer"
        return FROM.get(self.row.source.judge.kind, "")


def versions_of(sets: "QuerySet[GoldSet]", count: int) -> list[Version]:
    """The newest first."""
    answered = Count("items", filter=Q(items__ranks__isnull=False))
    rows = sets.annotate(size=Count("items"), known=answered).select_related("created_by").order_by("-pk")[:count]
    return [Version(row, row.size, row.known) for row in rows]


def versions_in(project: Project) -> "QuerySet[GoldSet]":
    return GoldSet.objects.filter(project=project)


def items_of(gold_set: GoldSet, count: int, *, after: int = 0) -> Sequence[Item]:
    """In the order of their comparisons, those behind the comparison with this key."""
    rows = GoldItem.objects.filter(gold_set=gold_set, comparison__gt=after).order_by("comparison")
    related = ("comparison__prompt", "source__judge")
    return [Item(row) for row in rows.select_related(*related)[:count]]
