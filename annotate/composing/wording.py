"""What questions, and the words that their answers can say, are called in a composer and in its history."""

from collections.abc import Mapping
from typing import Any

from annotate.composing.cells import Question
from annotate.composing.kinds import SORTS

PLAIN: Mapping[str, Mapping[str, str]] = {
    "pairwise": {"better": "one is better", "tie": "tie", "both_bad": "both bad"},
    "ranking": {"ranked": "ranked", "tie": "ties somewhere", "both_bad": "all bad"},
    "thumbs": {"up": "up, for any response", "down": "down, for any response"},
    "rubric": {"yes": "yes somewhere", "partly": "partly somewhere", "no": "no somewhere"},
    "text": {"given": "anything is written"},
    "spans": {"marked": "anything is marked"},
    "rewrite": {"given": "anything is written"},
}
# Beyond so many points a scale says its words in the history alone.
MOST_POINTS = 101


def words_of(question: Question) -> dict[str, str]:
    """What the answer to it can say, each with how that is called; of a question that may not fit yet."""
    kind = str(question.get("kind"))
    words = {word: label for word, label in PLAIN.get(kind, {}).items() if _is_offered(question, word)}
    return words | _own_words(question, kind)


def title_of(question: Question) -> str:
    return str(question.get("text") or "").strip() or SORTS[str(question["kind"])].label


def gist_of(question: Question) -> str:
    """One line on how it is answered."""
    return ", ".join(_gist(question, str(question["kind"])))


def _is_offered(question: Question, word: str) -> bool:
    if word == "partly":
        return bool(question.get("partly"))
    if word == "tie":
        return bool(question.get("tie") or question.get("ties"))
    return word != "both_bad" or bool(question.get("both_bad"))


def _own_words(question: Question, kind: str) -> dict[str, str]:
    if kind == "rating":
        return {point: point for point in _points(question)}
    if kind in ("choice", "spans"):
        return {
            each["value"]: each["text"] for each in question.get("options" if kind == "choice" else "categories", [])
        }
    return {tag: tag for tag in question.get("tags", [])} if kind == "text" else {}


def _points(question: Question) -> list[str]:
    lowest, highest = question.get("lowest"), question.get("highest")
    if not isinstance(lowest, int) or not isinstance(highest, int):
        return []
    return [str(point) for point in range(lowest, min(highest + 1, lowest + MOST_POINTS))]


def _gist(question: Question, kind: str) -> list[str]:
    if kind == "pairwise":
        return [f"{2 * len(question.get('strengths', [])) + bool(question.get('tie'))} points"]
    if kind == "rating":
        return [
            _counted(question.get("attributes"), "attribute"),
            f"{question.get('lowest')} to {question.get('highest')}",
        ]
    counted: dict[str, tuple[str, str]] = {
        "rubric": ("criteria", "criterion"),
        "choice": ("options", "option"),
        "spans": ("categories", "category"),
        "text": ("tags", "tag"),
    }
    key, noun = counted.get(kind, ("", ""))
    return [_counted(question.get(key), noun)] if question.get(key) else []


def _counted(things: Any, noun: str) -> str:
    number = len(things or [])
    plural = {"criterion": "criteria", "category": "categories"}.get(noun, f"{noun}s")
    return f"{number} {noun if number == 1 else plural}"
