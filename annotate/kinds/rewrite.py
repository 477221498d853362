"""Write a better one: the text becomes a response of its own, whose parent is the one it was made from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from annotate.kinds.elements import check_shortest
from annotate.kinds.protocol import BadAnswer, Fields, Question, Said, Shown, first
from annotate.kinds.stored import is_whole
from annotate.kinds.wording import refuse_short, written
from core.models.comparison import MOST_CANDIDATES

LONGEST_REWRITE = 100_000


@dataclass(frozen=True, slots=True)
class Source:
    """A response that can be rewritten, with its text as it is stored."""

    place: int
    letter: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class View:
    sources: Sequence[Source]
    text: str
    shortest: int
    longest: int = LONGEST_REWRITE


class Rewrite:
    name, fewest, most, may_be_main = "rewrite", 1, MOST_CANDIDATES, False

    def says(self, question: Question) -> Collection[str]:
        return {"given"}

    def check(self, question: Question) -> None:
        check_shortest(question, LONGEST_REWRITE)

    def read(self, question: Question, fields: Fields, shown: Shown, said: Said) -> bool:
        text = _trimmed(written(first(fields, f"{question['id']}.text"), question["id"], LONGEST_REWRITE))
        if not text:
            return False
        slot = _slot(question, fields, shown)
        refuse_short(text, question["id"], question.get("shortest", 0))
        if text == _trimmed((shown.texts[slot] or "").replace("\r\n", "\n")):
            letter = shown.letters[shown.place_of(slot)]
            raise BadAnswer(f"This is the text of {letter} as it was. Change it, or empty the field.", question["id"])
        said.answers[question["id"]] = {"slot": slot, "text": text}
        return True

    def fill(self, question: Question, said: Said, shown: Shown) -> dict[str, list[str]]:
        stored = _stored(question, said, shown.k)
        if stored is None:
            return {}
        slot, text = stored
        return {f"{question['id']}.place": [str(shown.place_of(slot))], f"{question['id']}.text": [text]}

    def words(self, question: Question, fields: Fields, shown: Shown) -> set[str]:
        return {"given"} if first(fields, f"{question['id']}.text").strip() else set()

    def view(self, question: Question, fields: Fields, shown: Shown) -> View:
        now = first(fields, f"{question['id']}.place")
        sources = [
            Source(place, letter, shown.texts[slot] or "", str(place) == now)
            for place, (slot, letter) in enumerate(zip(shown.order, shown.letters, strict=True))
            if _can_be_rewritten(shown, slot)
        ]
        return View(sources, first(fields, f"{question['id']}.text"), question.get("shortest", 0))

    def tell(self, question: Question, said: Said, letters: Sequence[str]) -> str:
        stored = _stored(question, said, len(letters))
        return "" if stored is None else f"{letters[stored[0]]} written anew: {stored[1]}"


def _stored(question: Question, said: Said, k: int) -> tuple[int, str] | None:
    """The slot and the text."""
    stored = said.answers.get(question["id"])
    slot, text = (stored.get("slot"), stored.get("text")) if isinstance(stored, Mapping) else (None, None)
    return (slot, text) if is_whole(slot) and 0 <= slot < k and isinstance(text, str) else None


def _slot(question: Question, fields: Fields, shown: Shown) -> int:
    """Raises BadAnswer where nobody said which response, or it cannot be rewritten."""
    place = first(fields, f"{question['id']}.place") or ("0" if shown.k == 1 else "")
    if place not in map(str, range(shown.k)):
        raise BadAnswer("Choose which response you have made better, then submit.", question["id"])
    slot = shown.order[int(place)]
    if not _can_be_rewritten(shown, slot):
        raise BadAnswer(
            f"{shown.letters[int(place)]} is a conversation and cannot be written anew. Choose another.", question["id"]
        )
    return slot


def _can_be_rewritten(shown: Shown, slot: int) -> bool:
    return slot < len(shown.texts) and shown.texts[slot] is not None


def _trimmed(text: str) -> str:
    """Empty lines around it and spaces behind it are no part of a text; the indent of its first line is."""
    return text.rstrip().lstrip("\n")
