"""Whether a whole question set can be asked: each question by itself, and all of them beside one another."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from annotate.kinds.elements import NAME, check_switch
from annotate.kinds.protocol import MAIN, Question
from annotate.kinds.registry import KINDS, kind_of
from annotate.kinds.text import RATIONALE, tags_of
from core.errors import PrefereeError

MOST_QUESTIONS = 30
LONGEST_TEXT = 300
LONGEST_HELP = 1_000
NO_MAIN = (
    "The main question is missing. Ask which of two answers is better, how they rank, whether each is good, or how it "
    "is rated."
)


class BadQuestion(PrefereeError):
    """A question that cannot be asked; `at` is its place in the set, so that the sentence can stand beside it."""

    def __init__(self, sentence: str, at: int) -> None:
        super().__init__(sentence)
        self.at = at


def check_questions(questions: Sequence[Any], reserved: Collection[str] = ()) -> None:
    """`reserved` are ids that the form needs for itself. Raises PrefereeError with the first mistake."""
    if len(questions) > MOST_QUESTIONS:
        raise PrefereeError(f"There are {len(questions)} questions. Ask at most {MOST_QUESTIONS}.")
    for at, question in enumerate(questions):
        _check_shape(question, at, reserved)
    _refuse_twins([(at, question["id"]) for at, question in enumerate(questions)], "is the id of two questions")
    if not any(question["id"] == MAIN for question in questions):
        raise PrefereeError(NO_MAIN)
    for at, question in enumerate(questions):
        _check_one(question, at)
        _check_condition(question, questions[:at], at)
    _check_names(questions)


def responses_asked(questions: Sequence[Question]) -> tuple[int, int]:
    """How many responses a comparison has at least and at most to be asked about: the main question says."""
    main = kind_of(next(question for question in questions if question["id"] == MAIN))
    return main.fewest, main.most


def _check_shape(question: Any, at: int, reserved: Collection[str]) -> None:
    if not isinstance(question, dict):
        raise BadQuestion(f"Question {at + 1} has no parts. Give it an id, a kind and a text.", at)
    name, kind, text = question.get("id"), question.get("kind"), str(question.get("text") or "").strip()
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise BadQuestion(
            f"“{name}” cannot be the id of a question. Write up to 40 small letters, digits and _, a letter first.", at
        )
    if name in reserved:
        raise BadQuestion(f"“{name}” is no id for a question, because the form needs it. Write another.", at)
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadQuestion(f"“{kind}” is no kind of question. Choose one of {', '.join(KINDS)}.", at)
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise BadQuestion(f"A question has {len(text)} characters. Write 1 to {LONGEST_TEXT}.", at)


def _check_one(question: Question, at: int) -> None:
    kind = kind_of(question)
    if question["id"] == MAIN and not kind.may_be_main:
        kinds = [name for name, each in KINDS.items() if each.may_be_main]
        raise BadQuestion(f"The main question cannot be of the kind {kind.name}. Choose one of {', '.join(kinds)}.", at)
    if question["id"] == RATIONALE and kind.name != "text":
        raise BadQuestion(f"“{RATIONALE}” is the id of the reason, which is a text. Write another id.", at)
    if len(str(question.get("help") or "")) > LONGEST_HELP:
        raise BadQuestion(
            f"The help of “{question['text']}” is too long. Shorten it to {LONGEST_HELP:,} characters.", at
        )
    try:
        check_switch(question, "required")
        kind.check(question)
    except PrefereeError as error:
        raise BadQuestion(f"“{question['text']}”: {error}", at) from None


def _check_condition(question: Question, before: Sequence[Question], at: int) -> None:
    """A question depends on an earlier one only, so that no two wait for each other."""
    when = question.get("when")
    if when is None:
        return
    if question["id"] == MAIN:
        raise BadQuestion("The main question is always asked. Take its condition away.", at)
    name, words = (when.get("question"), when.get("is")) if isinstance(when, dict) else (None, None)
    other = next((each for each in before if each["id"] == name), None)
    if other is None:
        raise BadQuestion(
            f"“{question['text']}” depends on “{name}”, which is not asked before it. Move it below that question.", at
        )
    if not isinstance(words, list) or not words:
        raise BadQuestion(f"“{question['text']}” depends on no answer. Choose those after which it is asked.", at)
    offered = kind_of(other).says(other)
    for word in words:
        if not isinstance(word, str) or word not in offered:
            raise BadQuestion(
                f"“{question['text']}” waits for “{word}”, which “{other['text']}” does not offer. "
                "Choose another answer.",
                at,
            )


def _check_names(questions: Sequence[Question]) -> None:
    """What is stored in the same place has different names: answers, ratings, marks."""
    answers = [(at, question["id"]) for at, question in enumerate(questions)]
    answers += [(at, tags_of(question)) for at, question in enumerate(questions) if question.get("tags")]
    ratings, labels = [], []
    for at, question in enumerate(questions):
        if question["kind"] == "thumbs":
            ratings.append((at, question["id"]))
        if question["kind"] == "rating":
            ratings += [(at, each["name"]) for each in question["attributes"]]
        if question["kind"] == "spans":
            labels += [(at, each["value"]) for each in question["categories"]]
    _refuse_twins(answers, "names the answers of two questions")
    _refuse_twins(ratings, "names the ratings of two questions")
    _refuse_twins(labels, "is a category of two questions")


def _refuse_twins(names: Iterable[tuple[int, str]], trouble: str) -> None:
    counts: Counter[str] = Counter()
    for at, name in names:
        counts[name] += 1
        if counts[name] > 1:
            raise BadQuestion(f"“{name}” {trouble}. Give the second another name.", at)
