"""Verdicts as rows: judgments, and scores where each response was rated by itself."""

from collections.abc import Iterator, Mapping, Sequence

from core.bulk import array, fetch
from core.labels.service import refresh_labels
from core.models import Comparison, Judge, Judgment, Score
from core.models.judgment import Status
from core.orders import order_number
from synth.judges.preparing import prepare
from synth.judges.registry import configuration_of, label_of
from synth.judges.verdicts import Judged, Verdict
from synth.storable import storable

CANDIDATES = "SELECT comparison_id, slot, response_id FROM core_candidate WHERE comparison_id = ANY(%s)"


def save_judged(judge: Judge, outputs: Sequence[Judged]) -> None:
    """All verdicts of these comparisons, and the labels that follow. What is there already stays.

    Nothing is kept about what was withdrawn or erased while the model wrote.
    """
    outputs = _in_use(outputs)
    rows = [_row(judge, judged, verdict) for judged in outputs for verdict in judged.verdicts]
    Judgment.objects.bulk_create(rows, ignore_conflicts=True)
    if configuration_of(judge).method == "pointwise":
        _save_scores(judge, outputs)
    refresh_labels([judged.item.comparison for judged in outputs])


def _in_use(outputs: Sequence[Judged]) -> list[Judged]:
    """Held until they are saved: an erasure waits, and then finds what was said."""
    of = Comparison.objects.filter(pk__in=[judged.item.comparison for judged in outputs], withdrawn=None)
    there = set(of.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    return [judged for judged in outputs if judged.item.comparison in there]


def _row(judge: Judge, judged: Judged, verdict: Verdict) -> Judgment:
    return Judgment(
        project_id=judge.project_id,
        comparison_id=judged.item.comparison,
        k=len(judged.item.texts),
        judge=judge,
        sample=verdict.sample,
        order=None if verdict.order is None else list(verdict.order),
        order_no=None if verdict.order is None else order_number(verdict.order),
        ranks=None if verdict.ranks is None else list(verdict.ranks),
        strength=verdict.strength,
        probability=verdict.probability,
        ratings=verdict.ratings,
        answers=dict(verdict.notes),
        rationale=storable(verdict.rationale),
        raw=storable(verdict.raw),
        status=Status.UNREADABLE if verdict.ranks is None else Status.SUBMITTED,
        wall_ms=round(1_000 * verdict.seconds),
    )


def _save_scores(judge: Judge, outputs: Sequence[Judged]) -> None:
    """The mean of all samples. About a response in several comparisons the same was asked, so one score is enough."""
    rubric = prepare(judge.project, configuration_of(judge)).rubric
    assert rubric is not None, "a pointwise judge has a rubric"
    ids = array(judged.item.comparison for judged in outputs)
    responses = {(comparison, slot): response for comparison, slot, response in fetch(CANDIDATES, [ids])}
    means = {
        responses[judged.item.comparison, slot]: parts for judged in outputs for slot, parts in _means(judged.verdicts)
    }
    Score.objects.bulk_create(
        (
            Score(response_id=response, scorer=label_of(judge), value=rubric.mean(parts), parts=parts)
            for response, parts in sorted(means.items())
        ),
        ignore_conflicts=True,
    )


def _means(verdicts: Sequence[Verdict]) -> Iterator[tuple[int, Mapping[str, float]]]:
    """By slot, each criterion over the samples that could be read."""
    for slot in sorted({slot for verdict in verdicts for slot in verdict.ratings}, key=int):
        rated = [verdict.ratings[slot] for verdict in verdicts if slot in verdict.ratings]
        yield int(slot), {name: sum(each[name] for each in rated) / len(rated) for name in rated[0]}
