"""The kinds of questions that there are."""

from collections.abc import Mapping

from annotate.kinds.pairwise import Pairwise
from annotate.kinds.protocol import Kind, Question
from annotate.kinds.text import Text

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (Pairwise(), Text())}


def kind_of(question: Question) -> Kind:
    return KINDS[question["kind"]]
