"""The form that a judgment was, or could have been, given by."""

from annotate.kinds.answers import filled
from annotate.kinds.protocol import Shown
from annotate.kinds.telling import said_of
from core.models import Judgment


def fields_in(judgment: Judgment, shown: Shown) -> dict[str, list[str]]:
    questions = judgment.round.question_set.questions if judgment.round else []
    return filled(questions, said_of(judgment), shown)
