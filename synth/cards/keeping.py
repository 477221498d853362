"""Keep trials, and work out the figures of a card from those that are kept."""

from collections.abc import Iterable
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from core.models import Judge, JudgeKind, User
from synth.cards.barring import judge_anew
from synth.cards.families import family_of
from synth.cards.figures import figures_of
from synth.cards.tried import Kind, Tried, tried_of
from synth.models import Card, Trial

ROWS_A_BATCH = 1_000


def keep_trials(card: Card, trials: Iterable[tuple[int, Tried]]) -> None:
    """By their numbers; one that is there already stays."""
    rows = (
        Trial(
            card=card, task=number, kind=trial.kind, name=trial.name, comparison=trial.comparison, outcome=trial.plain
        )
        for number, trial in trials
    )
    Trial.objects.bulk_create(rows, batch_size=ROWS_A_BATCH, ignore_conflicts=True)


def trials_of(card: Card) -> list[Tried]:
    rows = Trial.objects.filter(card=card).order_by("task").values_list("kind", "name", "comparison", "outcome")
    return [tried_of(cast(Kind, kind), name, comparison or 0, outcome) for kind, name, comparison, outcome in rows]


def worked_out(card: Card) -> dict[str, Any]:
    """The figures from all trials that are kept; long enough that no transaction should wait for it."""
    return figures_of(trials_of(card), card.options.get("family", ""), alone=card.options.get("alone", False))


@transaction.atomic
def figure(card: Card, figures: dict[str, Any] | None = None, *, by: User | None = None) -> bool:
    """Finish the card with the figures, or with those of its trials now; again is the same.

    Whether the judge is barred, or no more, by it.
    """
    locked = Card.objects.select_for_update(of=("self",)).select_related("judge__project").get(pk=card.pk)
    card.figures = worked_out(locked) if figures is None else figures
    card.finished = locked.finished or timezone.now()
    card.save(update_fields=["figures", "finished"])
    return bool(judge_anew(locked.judge.project, [locked.judge], by=by))


def kin_of(judge: Judge) -> str:
    """The judge's family in the words in which families of authors are told; empty where nothing tells it."""
    return family_of(judge.family) or judge.family.casefold().strip() or family_of(judge.name)


def sees_alone(judge: Judge) -> bool:
    return judge.kind in (JudgeKind.METRIC, JudgeKind.RULE) or judge.config.get("method") == "pointwise"
