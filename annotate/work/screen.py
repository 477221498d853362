"""A comparison as its annotator sees it: in their order, without names, ids or anybody's answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from annotate.kinds.answers import NOTHING, Asked, asked
from annotate.kinds.protocol import Fields, Shown
from annotate.kinds.ranking import Card
from annotate.models import Assignment
from annotate.reading.sources import runs_of
from annotate.reading.texts import messages_of, texts_of
from annotate.work.held import responses_of
from core.conversation import Turn, role_of, text_of, turns
from core.lengths import length_of
from core.models import Prompt, Response
from core.renderings import Html, Texts


@dataclass(frozen=True, slots=True)
class Context:
    title: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class Pane:
    """`runs` say which shown characters stand for which of the source, where marks are asked for."""

    letter: str
    length: str
    turns: list[Turn]
    place: int = 0
    runs: str = ""

    @property
    def is_conversation(self) -> bool:
        return len(self.turns) > 1


@dataclass(frozen=True, slots=True)
class Screen:
    public: UUID
    asked: list[Asked]
    system: SafeString | None
    contexts: list[Context]
    turns: list[Turn]
    panes: list[Pane]
    reference: SafeString | None = None

    @property
    def rationale(self) -> Asked | None:
        return next((each for each in self.asked if each.question["id"] == "rationale"), None)

    @property
    def ranking(self) -> Asked | None:
        """The main question, where the responses are cards that are put in order."""
        return next((each for each in self.asked if each.is_main and each.question["kind"] == "ranking"), None)

    @property
    def cards(self) -> list[tuple[Pane, Card]]:
        return list(zip(self.panes, self.ranking.view.cards, strict=True)) if self.ranking else []


def texts_in(assignment: Assignment) -> Texts:
    """The assignment's project should have been loaded before the assignment: `core.renderings` says why."""
    comparison = assignment.comparison
    return assignment.texts or Texts(assignment.project, texts_of(comparison, responses_of(comparison)))


def screen_of(
    assignment: Assignment, fields: Fields, errors: Mapping[str, str] = NOTHING, html: Html | None = None
) -> Screen:
    """`fields` are what the form holds, `errors` the sentences beside its questions, `html` what `texts_in` come to."""
    if html is None:
        html = texts_in(assignment).html
    responses = responses_of(assignment.comparison)
    prompt = assignment.comparison.prompt
    shown = Shown(assignment.order, [_text_of(response) for response in responses])
    project = assignment.project
    questions = asked(assignment.round.question_set.questions, fields, shown, errors)
    panes = [pane_of(letter, responses[slot], html) for letter, slot in zip(shown.letters, shown.order, strict=True)]
    return Screen(
        public=assignment.comparison.public,
        asked=questions,
        system=html[prompt.system] if prompt.system else None,
        contexts=contexts_of(prompt, html),
        turns=turns(prompt.messages, html),
        panes=_placed(panes, shown, is_marked=any(each.question["kind"] == "spans" for each in questions)),
        reference=html[prompt.reference] if prompt.reference and project.shows_reference else None,
    )


def _placed(panes: Sequence[Pane], shown: Shown, *, is_marked: bool) -> list[Pane]:
    placed = []
    for place, (pane, slot) in enumerate(zip(panes, shown.order, strict=True)):
        text = shown.texts[slot] if is_marked and pane.turns else None
        runs = json.dumps(runs_of(text, str(pane.turns[0].html))) if text is not None else ""
        placed.append(replace(pane, place=place, runs=runs))
    return placed


def shown_in(assignment: Assignment) -> Shown:
    """What the person has before them, as the questions need it; texts are read where a question looks at them."""
    texts = SimpleLazyObject(lambda: [_text_of(response) for response in responses_of(assignment.comparison)])
    return Shown(assignment.order, cast(Sequence[str | None], texts))


def contexts_of(prompt: Prompt, html: Html) -> list[Context]:
    return [Context(title_of(each, place), html[each["text"]]) for place, each in enumerate(prompt.contexts)]


def title_of(context: Mapping[str, Any], place: int) -> str:
    return str(context.get("title") or f"Context {place + 1}")


def _text_of(response: Response) -> str | None:
    return None if response.messages else response.content


def pane_of(letter: str, response: Response, html: Html) -> Pane:
    messages = messages_of(response)
    texts = [text_of(message) for message in messages]
    shown = [Turn(role_of(message), html[text]) for message, text in zip(messages, texts, strict=True) if text]
    return Pane(letter, length_of("\n".join(texts)), shown)
