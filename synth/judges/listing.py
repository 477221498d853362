"""The judges of a project with what there is to say about each: how often it judged, its newest card, its state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from core.bulk import array, fetch
from core.models import Judge, JudgeKind, Project
from synth.judges.registry import PINNED, model_judges
from synth.models import Card

MOST_MADE = 500
PAGE = 100
# A judgment of a withdrawn comparison counts no more. What is read is the index judgment_live_judge, of one project.
COUNTS = """
SELECT j.judge_id, count(*) FROM core_comparison c
  JOIN core_judgment j ON j.comparison_id = c.id AND j.live AND j.person_id IS NULL
 WHERE c.project_id = %s AND c.withdrawn IS NULL AND j.judge_id = ANY(%s)
 GROUP BY j.judge_id
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """A share with its 95 % interval and how many items it is of."""

    value: float
    low: float | None
    high: float | None
    n: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """`judgments` are those that stand. `accuracy` and `longest` are from its newest card, None where it has none."""

    judge: Judge
    judgments: int
    accuracy: Figure | None
    longest: Figure | None
    has_card: bool
    newest: bool

    @property
    def is_used(self) -> bool:
        return bool(self.judgments or self.has_card or PINNED in self.judge.config)


def made_here(project: Project) -> list[Row]:
    """Model judges, by name, the newest version of each first."""
    judges = list(model_judges(project)[:MOST_MADE])
    return _rows(project, judges)


def others(project: Project, after: Judge | None) -> list[Row]:
    """All that are no people and were not made here, by name; one more than a page, so that its end is known."""
    made = model_judges(project).values("pk")
    found = project.judges.exclude(kind=JudgeKind.HUMAN).exclude(pk__in=made).order_by("name", "pk")
    if after is not None:
        found = found.filter(Q(name__gt=after.name) | Q(name=after.name, pk__gt=after.pk))
    return _rows(project, list(found[: PAGE + 1]))


def _rows(project: Project, judges: Sequence[Judge]) -> list[Row]:
    if not judges:
        return []
    keys = [judge.pk for judge in judges]
    counts = dict(fetch(COUNTS, [project.pk, array(keys)]))
    cards = _cards(keys)
    rows = []
    for at, judge in enumerate(judges):
        figures = cards.get(judge.pk)
        newest = not at or judges[at - 1].name != judge.name
        accuracy, longest = figure(figures, "accuracy"), figure(figures, "longest")
        rows.append(Row(judge, counts.get(judge.pk, 0), accuracy, longest, judge.pk in cards, newest))
    return rows


def _cards(judges: Iterable[int]) -> dict[int, Mapping[str, Any] | None]:
    """The figures of the newest finished card of each; None where it has only unfinished ones."""
    found = (
        Card.objects.filter(judge__in=judges).order_by("judge", F("finished").desc(nulls_last=True)).distinct("judge")
    )
    return dict(found.values_list("judge", "figures"))


def figure(figures: Mapping[str, Any] | None, name: str) -> Figure | None:
    """None where the card does not have it, or it could not be told."""
    said = (figures or {}).get(name)
    if not isinstance(said, Mapping) or not isinstance(said.get("value"), int | float):
        return None
    return Figure(said["value"], said.get("low"), said.get("high"), said.get("n"))
