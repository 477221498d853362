"""Two judges, or two versions of one, side by side on the same gold items."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.http import UserRequest
from core.models import Judge, Project
from core.permissions import get_project
from core.views.access import signed_in
from core.views.pages import in_project
from synth.cards.barring import BARRABLE, newest_cards
from synth.cards.comparing import contrasts
from synth.cards.shown import Shown, differences

MOST_OFFERED = 500


@require_safe
@signed_in
def compare_judges(request: UserRequest, slug: str) -> HttpResponse:
    """`?a=…&b=…` are public ids; what is none of the project's is not chosen."""
    project = get_project(request.user, slug, "names")
    offered = _offered(project)
    by_public = {str(judge.public): judge for judge in offered}
    first, second = (by_public.get(request.GET.get(name, "")) for name in ("a", "b"))
    chosen = {"offered": offered, "a": first, "b": second, **_both(first, second)}
    context = in_project(request.user, project, "judges", tab="compare", **chosen)
    return render(request, "synth/compare_judges.html", context)


def _offered(project: Project) -> list[Judge]:
    """Those with a card, by name and version."""
    with_card = Judge.objects.filter(project=project, kind__in=BARRABLE, cards__finished__isnull=False).distinct()
    return list(with_card.order_by("name", "version", "pk")[:MOST_OFFERED])


def _both(first: Judge | None, second: Judge | None) -> dict[str, object]:
    if first is None or second is None:
        return {}
    cards = newest_cards([first, second])
    one, other = cards[first.pk], cards[second.pk]
    shown = Shown(one.figures or {}), Shown(other.figures or {})
    return {
        "cards": [(first, one, shown[0]), (second, other, shown[1])],
        "rates": differences(*shown),
        "contrasts": contrasts(one, other),
    }
