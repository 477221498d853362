"""A person's own answer in words, by the letters under which they saw the responses."""

from collections.abc import Sequence

from core.labels.words import letter_of, outcome_in_words
from core.models import Judgment


def answer_in_words(judgment: Judgment) -> str:
    order = list(judgment.order or range(judgment.k))
    ranks = judgment.ranks
    if ranks is not None and judgment.k > 1:
        word = _strength(judgment)
        return outcome_in_words([ranks[slot] for slot in order], both_bad=judgment.both_bad, strength=word)
    return ", ".join(_ratings(judgment, order))


def _strength(judgment: Judgment) -> str:
    questions = judgment.round.question_set.questions if judgment.round else []
    words = next((each.get("strengths", []) for each in questions if each["id"] == "main"), [])
    strength = judgment.strength or 0
    return str(words[strength - 1]) if 0 < strength <= len(words) else ""


def _ratings(judgment: Judgment, order: Sequence[int]) -> list[str]:
    return [
        f"{letter_of(place)} {attribute} {value:g}"
        for place, slot in enumerate(order)
        for attribute, value in sorted(judgment.ratings.get(str(slot), {}).items())
    ]
