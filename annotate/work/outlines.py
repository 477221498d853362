"""What the screens of many comparisons have in common: all but their texts and a few words.

The page is made once for an outline, and then only the words are set in: see `core.templatetags.moulds`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe

from annotate.models import Assignment
from annotate.reading.texts import messages_of
from annotate.work.held import responses_of
from annotate.work.screen import Screen, screen_of, title_of
from core.conversation import role_of, text_of
from core.lengths import length_of
from core.renderings import Html
from core.templatetags.moulds import stand_in

# Questions among which the texts themselves stand.
WITH_TEXTS = ("spans", "rewrite")


@dataclass(frozen=True, slots=True)
class Outline:
    """`key` says all that a screen, on which nothing is answered yet, depends on besides its words.

    In `screen`, which is made where the outline is new, a stand-in stands for each of the words.
    """

    key: str
    words: Mapping[str, str]
    screen: Any


def outline_of(assignment: Assignment, html: Html) -> Outline | None:
    """`html` is that of its texts. None where its texts stand among the questions."""
    questions = assignment.round.question_set.questions
    if any(each["kind"] in WITH_TEXTS for each in questions):
        return None
    names: dict[str, str] = {}
    shape = _shape(assignment, names)
    key = msgspec.json.encode([_around(assignment), shape, questions]).decode()
    words = {name: html[text] for text, name in names.items()} | _titles(assignment) | _lengths(assignment)
    return Outline(key, words, SimpleLazyObject(partial(_screen, assignment, names)))


def _around(assignment: Assignment) -> list[Any]:
    """What a page says of the project."""
    project = assignment.project
    return [project.slug, project.name, project.shows_length, project.time_zone, assignment.round.due]


def _shape(assignment: Assignment, names: dict[str, str]) -> list[Any]:
    """What stands where; each text under a name of its own, in the order in which the person sees them."""

    def name(text: str) -> str:
        return names.setdefault(text, f"text{len(names)}")

    def turns(messages: Any) -> list[Any]:
        return [[role_of(message), (text := text_of(message)) == "", name(text)] for message in messages]

    prompt, responses = assignment.comparison.prompt, responses_of(assignment.comparison)
    return [
        name(prompt.system) if prompt.system else "",
        turns(prompt.messages),
        [name(context["text"]) for context in prompt.contexts],
        name(prompt.reference) if prompt.reference and assignment.project.shows_reference else "",
        [turns(messages_of(responses[slot])) for slot in assignment.order],
    ]


def _titles(assignment: Assignment) -> dict[str, str]:
    contexts = assignment.comparison.prompt.contexts
    return {f"title{place}": title_of(context, place) for place, context in enumerate(contexts)}


def _lengths(assignment: Assignment) -> dict[str, str]:
    if not assignment.project.shows_length:
        return {}
    responses = responses_of(assignment.comparison)
    texts = ["\n".join(map(text_of, messages_of(responses[slot]))) for slot in assignment.order]
    return {f"length{place}": length_of(text) for place, text in enumerate(texts)}


def _screen(assignment: Assignment, names: Mapping[str, str]) -> Screen:
    html = {text: mark_safe(str(stand_in(name))) for text, name in names.items()}  # noqa: S308
    screen = screen_of(assignment, {}, html=html)
    contexts = [replace(each, title=str(stand_in(f"title{at}"))) for at, each in enumerate(screen.contexts)]
    panes = [replace(each, length=str(stand_in(f"length{at}"))) for at, each in enumerate(screen.panes)]
    return replace(screen, contexts=contexts, panes=panes)
