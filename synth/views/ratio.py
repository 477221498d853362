"""The density ratio over the text of a response: where the strong model agrees, and where it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from core.blindness import is_blind_to
from core.http import UserRequest
from core.models import Response, Score
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project
from synth.scorers.ratio import Ratio
from synth.scorers.shading import Shaded, as_html, shaded, signed
from synth.scorers.steps import Step, steps_of

TEMPLATE = "synth/ratio.html"
LEGEND = (
    ("ratio-less-3", "−2 and below"),
    ("ratio-less-2", "−2 to −0.5"),
    ("ratio-less-1", "−0.5 to −0.1"),
    ("ratio-even", "−0.1 to 0.1"),
    ("ratio-more-1", "0.1 to 0.5"),
    ("ratio-more-2", "0.5 to 2"),
    ("ratio-more-3", "2 and above"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One scorer's ratio of the response: the figures, and the text in pieces where they were kept."""

    scorer: str
    ratio: Ratio
    parts: dict[str, Any]
    pieces: list[Shaded]
    html: SafeString
    total: int
    steps: list[Step]

    @property
    def scales(self) -> list[tuple[str, str, bool]]:
        """Each with its figure, and whether it is the score."""
        named = {"sum": "Sum", "per_token": "Per token", "per_char": "Per character"}
        chosen = self.parts.get("normalisation", "sum")
        figures = {"sum": signed(self.ratio.sum), "per_token": f"{self.ratio.per_token:+.4f}"}
        figures["per_char"] = f"{self.ratio.per_char:+.4f}"
        return [(title, figures[name].replace("-", "−"), name == chosen) for name, title in named.items()]


@require_safe
@signed_in
def ratio(request: UserRequest, slug: str, response: UUID) -> HttpResponse:
    """`?scorer=` chooses among those that measured this response."""
    project = get_project(request.user, slug, "read")
    rows = Response.objects.visible_to(request.user).filter(project=project)
    found = get_object_or_404(rows.select_related("prompt"), public=response)
    blind = is_blind_to(request.user, found)
    scores = [] if blind else _scores(found)
    shown = _shown(found, _chosen(scores, request.GET.get("scorer", "")))
    context = in_project(
        request.user,
        project,
        "prompts",
        response=found,
        blind=blind,
        scorers=[score.scorer for score in scores],
        shown=shown,
        legend=LEGEND,
    )
    return render(request, TEMPLATE, context)


def _scores(response: Response) -> list[Score]:
    """Those that are a density ratio, the ones with pieces first."""
    scores = Score.objects.filter(response=response, parts__has_key="sum_strong").select_related("trace")
    return sorted(scores, key=lambda score: (not hasattr(score, "trace"), score.scorer))


def _chosen(scores: Sequence[Score], scorer: str) -> Score | None:
    if not scorer:
        return next(iter(scores), None)
    found = next((score for score in scores if score.scorer == scorer), None)
    if scores and found is None:
        raise Http404("That scorer has no density ratio of this response.")
    return found


def _shown(response: Response, score: Score | None) -> Shown | None:
    ratio = _ratio(score.parts) if score else None
    if score is None or ratio is None:
        return None
    trace = getattr(score, "trace", None)
    ends, ratios = (trace.ends, trace.ratios) if trace else ((), ())
    pieces = shaded(response.content, ends, ratios)
    steps = steps_of(response.content, ends, ratios)
    return Shown(score.scorer, ratio, score.parts, pieces, as_html(pieces), len(ends), steps)


def _ratio(parts: dict[str, Any]) -> Ratio | None:
    """None where a file brought parts that are not ours."""
    try:
        ratio = Ratio(*(parts[name] for name in Ratio.__dataclass_fields__))
        return ratio if ratio.per_token is not None and ratio.per_char is not None else None
    except (KeyError, TypeError, ZeroDivisionError):
        return None
