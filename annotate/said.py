"""What a judgment says, as the kinds of questions speak of it."""

from annotate.kinds.answers import filled
from annotate.kinds.protocol import Said, Shown
from core.models import Judgment


def said_in(judgment: Judgment) -> Said:
    return Said(
        ranks=judgment.ranks,
        partial=judgment.partial,
        strength=judgment.strength,
        both_bad=judgment.both_bad,
        answers=dict(judgment.answers),
        ratings=dict(judgment.ratings),
        spans=list(judgment.spans),
        rationale=judgment.rationale,
    )


def fields_in(judgment: Judgment, shown: Shown) -> dict[str, list[str]]:
    """The form that this judgment was, or could have been, given by."""
    questions = judgment.round.question_set.questions if judgment.round else []
    return filled(questions, said_in(judgment), shown)
