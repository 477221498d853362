"""What a button of a composer asks for, done to the draft that came with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotate.composing import moves
from annotate.composing.drafts import Draft, settled
from annotate.composing.files import questions_in
from annotate.composing.kinds import SORTS
from annotate.composing.presets import PRESETS
from annotate.composing.rubrics import as_rating, as_rubric
from core.errors import PrefereeError

# A button says VERB, or VERB:PLACE, or VERB:PLACE:NUMBER.
BUTTON = re.compile(r"([a-z_]{1,20})(?::([a-z_]{1,20}|[0-9]{1,3}))?(?::([0-9]{1,3}))?")
NO_SUCH = "This button is not known here. Reload the page in another tab to see whether something changed."


@dataclass(frozen=True, slots=True)
class Sources:
    """What can be taken over: a text that was pasted, a preset, the criteria of a rubric by its name."""

    pasted: str = ""
    preset: str = ""
    rubric: str = ""
    rubrics: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """The draft afterwards; the question to look at, and the button or field on it."""

    draft: Draft
    place: int = -1
    on: str = "text"


def acted(draft: Draft, button: str, sources: Sources) -> Done:
    """Raises PrefereeError where it cannot be done; the draft is as it was then."""
    match = BUTTON.fullmatch(button)
    if match is None:
        raise PrefereeError(NO_SUCH)
    verb, what, number = match[1], match[2] or "", match[3] or ""
    now = settled(draft)
    if verb == "look":
        return Done(now)
    if verb == "add" and what in SORTS:
        return Done(*moves.added(now, what))
    if verb in TAKEN:
        return _taken(now, TAKEN[verb](sources), what)
    return _moved(now, verb, what, number)


def _moved(draft: Draft, verb: str, what: str, number: str) -> Done:
    """What is done to one question."""
    if not what.isdigit() or int(what) >= len(draft.questions):
        raise PrefereeError(NO_SUCH)
    place = int(what)
    if verb in ON_ONE:
        move, on = ON_ONE[verb]
        return Done(*move(draft, place), on)
    if verb == "drop_attribute" and number:
        return Done(*moves.attribute_removed(draft, place, int(number)), "add_attribute")
    raise PrefereeError(NO_SUCH)


ON_ONE: Mapping[str, tuple[Callable[[Draft, int], moves.Moved], str]] = {
    "up": (lambda draft, place: moves.moved(draft, place, -1), "up"),
    "down": (lambda draft, place: moves.moved(draft, place, 1), "down"),
    "copy": (moves.copied, "text"),
    "remove": (moves.removed, "remove"),
    "main": (moves.made_main, "text"),
    "add_attribute": (moves.attribute_added, "last_attribute"),
}


def _taken(draft: Draft, questions: Sequence[Mapping[str, Any]], how: str) -> Done:
    """In place of what is there, or behind it."""
    if how not in ("replace", "append"):
        raise PrefereeError(NO_SUCH)
    found, place = moves.appended(Draft() if how == "replace" else draft, questions)
    return Done(found, place, "summary")


def _of_preset(sources: Sources) -> Sequence[Mapping[str, Any]]:
    if sources.preset not in PRESETS:
        raise PrefereeError("Choose a preset first.")
    return PRESETS[sources.preset].questions


def _pasted(sources: Sources) -> Sequence[Mapping[str, Any]]:
    questions = questions_in(sources.pasted, "What you pasted")
    for question in questions:
        if question["kind"] not in SORTS:
            raise PrefereeError(f"There is no kind “{question['kind'][:40]}”. Write one of: {', '.join(SORTS)}.")
    return [{"id": "", **question} for question in questions]


def _criteria(sources: Sources) -> Sequence[Mapping[str, Any]]:
    if sources.rubric not in sources.rubrics:
        raise PrefereeError("Choose a rubric first.")
    return sources.rubrics[sources.rubric]


def _as_rating(sources: Sources) -> Sequence[Mapping[str, Any]]:
    return as_rating(sources.rubric, _criteria(sources))


def _as_rubric(sources: Sources) -> Sequence[Mapping[str, Any]]:
    return as_rubric(sources.rubric, _criteria(sources))


TAKEN: Mapping[str, Callable[[Sources], Sequence[Mapping[str, Any]]]] = {
    "preset": _of_preset,
    "paste": _pasted,
    "rating": _as_rating,
    "rubric": _as_rubric,
}
