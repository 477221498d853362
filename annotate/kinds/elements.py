"""What questions are made of: attributes, criteria, options, categories, tags. Each has a name that is stored."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import PrefereeError

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_TEXT = 300
LONGEST_VALUE = 60


def check_named(elements: Any, what: str, most: int, *, text_needed: bool = True) -> None:
    """Attributes and criteria, whose names are parts of the form's. Raises PrefereeError with the first mistake."""
    for element in _listed(elements, what, most):
        name = element.get("name")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise PrefereeError(
                f"“{name}” cannot name {_a(what)}. Write up to 40 small letters, digits and _, a letter first."
            )
        _check_text(element, name, what, text_needed)
    _refuse_twins([element["name"] for element in elements], what)


def check_valued(elements: Any, what: str, most: int) -> None:
    """Options and categories, whose values are stored as answers. Raises PrefereeError with the first mistake."""
    for element in _listed(elements, what, most):
        value = check_word(element.get("value"), what)
        _check_text(element, value, what, text_needed=True)
    _refuse_twins([element["value"] for element in elements], what)


def check_words(words: Any, what: str, most: int) -> None:
    """Tags: each is stored as it is read."""
    if not isinstance(words, Sequence) or isinstance(words, str) or len(words) > most:
        raise PrefereeError(f"The {what}s are no list of at most {most}. Write one a line.")
    for word in words:
        check_word(word, what)
    _refuse_twins(words, what)


def check_word(word: Any, what: str) -> str:
    """It stands in lists with commas where other questions depend on it."""
    if not isinstance(word, str) or word != word.strip() or not 1 <= len(word) <= LONGEST_VALUE:
        raise PrefereeError(f"“{word}” cannot be {_a(what)}. Write 1 to {LONGEST_VALUE} characters.")
    if "," in word or not word.isprintable():
        raise PrefereeError(f"“{word}” cannot be {_a(what)}. Write it in one line and without commas.")
    return word


def check_switch(question: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if not isinstance(question.get(name, False), bool):
            raise PrefereeError(f"“{name}” of a question is on or off. Switch it on or off.")


def check_shortest(question: Mapping[str, Any], most: int) -> None:
    shortest = question.get("shortest", 0)
    if not isinstance(shortest, int) or isinstance(shortest, bool) or not 0 <= shortest <= most:
        raise PrefereeError(f"{shortest} characters cannot be the shortest text. Write a number from 0 to {most:,}.")


def _listed(elements: Any, what: str, most: int) -> Sequence[Mapping[str, Any]]:
    if not isinstance(elements, Sequence) or isinstance(elements, str) or not 1 <= len(elements) <= most:
        count = len(elements) if isinstance(elements, Sequence) else 0
        raise PrefereeError(f"There are {count} {_many(what)}. Write 1 to {most}.")
    for element in elements:
        if not isinstance(element, Mapping):
            raise PrefereeError(f"{_a(what).capitalize()} has no parts. Give it a name and a text.")
    return elements


def _check_text(element: Mapping[str, Any], name: str, what: str, text_needed: bool) -> None:
    text = element.get("text", "")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT or (text_needed and not text.strip()):
        raise PrefereeError(f"The {what} “{name}” has no text that fits. Write 1 to {LONGEST_TEXT} characters.")


def _refuse_twins(names: Sequence[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise PrefereeError(f"Two {_many(what)} are called “{name}”. Give them different names.")
        seen.add(name.casefold())


def _a(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"


def _many(what: str) -> str:
    return {"criterion": "criteria", "category": "categories"}.get(what, f"{what}s")
