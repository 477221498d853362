"""Where the ratio over a response's text is shown."""

from collections.abc import Collection, Mapping
from urllib.parse import urlencode

from django.urls import reverse

from synth.models import Trace


def pages_of(scores: Collection[int]) -> Mapping[int, str]:
    """Of those scores that have a trace."""
    rows = Trace.objects.filter(score__in=scores).values_list(
        "score", "score__scorer", "score__response__public", "score__response__project__slug"
    )
    return {
        score: f"{reverse('ratio', args=[slug, response])}?{urlencode({'scorer': scorer})}"
        for score, scorer, response, slug in rows
    }
