"""The card of a judge that has judged gold items already: an imported one, a rule or a metric."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

from django.db import transaction

from core import audit
from core.bulk import array, fetch
from core.errors import PrefereeError
from core.models import GoldSet, Judge, User
from synth.cards.barring import BARRABLE, refresh_labels_of
from synth.cards.gold import gold_rows
from synth.cards.keeping import figure, keep_trials, kin_of, sees_alone
from synth.cards.tasks import GoldRow, Task
from synth.cards.tried import Tried
from synth.cards.trying import trial_of
from synth.judges.verdicts import Verdict
from synth.models import Card

Absent = Literal["left out", "wrong"]
# In the order in which they were said.
SAID = """
SELECT j.comparison_id, j."order", j.ranks, j.probability, j.sample, j.wall_ms FROM core_judgment j
 WHERE j.comparison_id = ANY(%s) AND j.judge_id = %s AND j.live AND j.occasion = 'first'
   AND (j.status = 'unreadable' OR (j.status = 'submitted' AND j.ranks IS NOT NULL)) ORDER BY j.comparison_id, j.id
"""


@transaction.atomic
def card_of(judge: Judge, gold_set: GoldSet, *, by: User | None = None, absent: Absent = "left out") -> Card:
    """The finished card from what the judge has said on this closed version; a new one each time.

    `absent`: an item without any verdict of the judge is left out, or is wrong, as in published figures of judges that
    were asked about every item. Raises PrefereeError where it has judged none.
    """
    if judge.kind not in BARRABLE:
        raise PrefereeError(f"{judge} is no model, rule or metric, so it has no card.")
    if gold_set.closed is None:
        raise PrefereeError(f"{gold_set} is still open. Close it first: a card is measured on answers that stay.")
    trials = _trials(judge, gold_rows(gold_set), absent)
    if not any(trial.readings for trial in trials):
        raise PrefereeError(f"{judge} has judged no item of {gold_set}, so there is nothing to measure.")
    options = {"from": "judgments", "absent": absent, "family": kin_of(judge), "alone": sees_alone(judge)}
    card = Card.objects.create(judge=judge, gold_set=gold_set, options=options)
    keep_trials(card, list(enumerate(trials)))
    audit.record("judge.card", project=judge.project, actor=by, target=str(judge.public), gold=str(gold_set.public))
    if figure(card, by=by):
        refresh_labels_of(judge.project, [judge], by=by)
    return card


def _trials(judge: Judge, rows: Sequence[GoldRow], absent: Absent) -> list[Tried]:
    said = fetch(SAID, [array(row.comparison for row in rows), judge.pk])
    by_item = {pk: list(group) for pk, group in groupby(said, key=itemgetter(0))}
    tried = [_trial(row, by_item.get(row.comparison, [])) for row in rows]
    return tried if absent == "wrong" else [trial for trial in tried if trial.readings]


def _trial(row: GoldRow, said: Sequence[tuple[Any, ...]]) -> Tried:
    verdicts = [
        Verdict(order and tuple(order), sample, ranks and tuple(ranks), probability=probability)
        for _, order, ranks, probability, sample, _ in said
    ]
    took = [milliseconds for *_, milliseconds in said]
    seconds = sum(took) / 1000 if took and None not in took else None
    return trial_of(Task(0, "gold", "", row), verdicts, seconds=seconds)
