"""A person's own answer in words, by the letters under which they saw the responses."""

from annotate.kinds.telling import told
from core.labels.words import letter_of
from core.models import Judgment


def answer_in_words(judgment: Judgment) -> list[str]:
    """One line a question that was answered; why in one's own words is not among them."""
    questions = judgment.round.question_set.questions if judgment.round else []
    order = list(judgment.order or range(judgment.k))
    letters = [letter_of(order.index(slot)) for slot in range(judgment.k)]
    return told([each for each in questions if each["id"] != "rationale"], judgment, letters)
