"""The kinds of questions that there are."""

from collections.abc import Mapping

from annotate.kinds.choice import Choice
from annotate.kinds.pairwise import Pairwise
from annotate.kinds.protocol import Kind, Question
from annotate.kinds.ranking import Ranking
from annotate.kinds.rating import Rating
from annotate.kinds.rewrite import Rewrite
from annotate.kinds.rubric import Rubric
from annotate.kinds.spans import Spans
from annotate.kinds.text import Text
from annotate.kinds.thumbs import Thumbs

_ALL: tuple[Kind, ...] = (
    Pairwise(),
    Ranking(),
    Thumbs(),
    Rating(),
    Rubric(),
    Choice(),
    Text(),
    Spans(),
    Rewrite(),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}


def kind_of(question: Question) -> Kind:
    return KINDS[question["kind"]]
