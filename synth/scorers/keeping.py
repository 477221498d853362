"""Keep what was measured: a score a response, and where it was asked for, the ratio of every piece."""

from collections.abc import Sequence
from typing import Any

from core.models import Score
from synth.models import Trace
from synth.scorers.measuring import Measured
from synth.scorers.ratio import Normalisation


def keep(scorer: str, normalisation: Normalisation, outputs: Sequence[Measured], *, traces: bool) -> None:
    """Repeated, it changes nothing: a version of a scorer has one score for a response."""
    Score.objects.bulk_create(
        (
            Score(
                response_id=each.response,
                scorer=scorer,
                value=each.ratio.by(normalisation),
                parts=_parts(each, normalisation),
            )
            for each in outputs
        ),
        ignore_conflicts=True,
    )
    if traces:
        _keep_traces(scorer, outputs)


def _keep_traces(scorer: str, outputs: Sequence[Measured]) -> None:
    responses = [each.response for each in outputs]
    scores = dict(Score.objects.filter(scorer=scorer, response__in=responses).values_list("response", "pk"))
    Trace.objects.bulk_create(
        (
            Trace(
                score_id=scores[each.response],
                ends=[piece.end for piece in each.pieces],
                ratios=[piece.ratio for piece in each.pieces],
            )
            for each in outputs
        ),
        ignore_conflicts=True,
    )


def _parts(each: Measured, normalisation: Normalisation) -> dict[str, Any]:
    """Sums in nats; every scale derives from them."""
    ratio = each.ratio
    parts: dict[str, Any] = {
        "normalisation": normalisation,
        "sum_strong": ratio.sum_strong,
        "n_strong": ratio.n_strong,
        "sum_weak": ratio.sum_weak,
        "n_weak": ratio.n_weak,
        "chars": ratio.chars,
        "approximate": each.approximate,
    }
    if each.routed is None:
        return parts
    routed = {"domain": each.routed.domain, "domain_read": each.routed.read, "exemplar": each.exemplar}
    return parts | routed
