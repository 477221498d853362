"""Which questions of a draft fit, and what is wrong with the others."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from annotate.composing.cells import Errors, Question
from annotate.composing.drafts import Draft, read
from annotate.kinds.checking import BadQuestion
from annotate.kinds.registry import KINDS
from core.errors import PrefereeError
from core.questions import check
from core.recipes.reading import is_storable


@dataclass(frozen=True, slots=True)
class Checked:
    """`errors` are by the place of a question: by cell what cannot be read, under "" what else is wrong with it."""

    questions: list[dict[str, Any]]
    errors: Mapping[int, Errors]
    whole: str = ""

    @property
    def fits(self) -> bool:
        return not self.errors and not self.whole

    @property
    def first_error(self) -> str:
        """The one sentence where there is room for one."""
        for place, errors in sorted(self.errors.items()):
            return f"Question {place + 1}: {next(iter(errors.values()))}"
        return self.whole

    @property
    def showable(self) -> list[dict[str, Any]]:
        """Those that can be shown as they are, without waiting for the others."""
        good = [question for place, question in enumerate(self.questions) if place not in self.errors]
        names = {question["id"] for question in good}
        return [each for each in good if not each.get("when") or each["when"]["question"] in names]


def checked(draft: Draft, before: Iterable[Question] = ()) -> Checked:
    said = read(draft, before)
    errors: dict[int, Errors] = {place: dict(wrong) for place, wrong in said.errors.items()}
    seen: set[str] = set()
    for place, question in enumerate(said.questions):
        sentence = _wrong(question, seen)
        if sentence and place not in errors:
            errors[place] = {"": sentence}
        seen.add(question["id"])
    return Checked(said.questions, errors) if errors else _together(said.questions)


def _wrong(question: Question, earlier: set[str]) -> str:
    """The first thing about one question that does not fit, also to those that are asked before it."""
    if not question.get("text"):
        return "Ask something."
    if not is_storable("".join(_texts(question))):
        return "Here stands NUL or half a character, which cannot be kept. Type the text again."
    if question["id"] in earlier:
        return f"Another question is called “{question['id']}” in the data too. Give one of them another name."
    when = question.get("when")
    if when and when["question"] not in earlier:
        return "It waits for a question that is not above it. Move it down, or choose another condition."
    try:
        KINDS[question["kind"]].check(question)
    except PrefereeError as error:
        return str(error)
    return ""


def _together(questions: list[dict[str, Any]]) -> Checked:
    try:
        check(questions)
    except BadQuestion as error:
        return Checked(questions, {error.at: {"": str(error)}})
    except PrefereeError as error:
        return Checked(questions, {}, str(error))
    return Checked(questions, {})


def _texts(value: Any) -> Iterator[str]:
    """All texts inside, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (str(key), *_texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
