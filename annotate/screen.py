"""A comparison as its annotator sees it: in their order, without names, ids or anybody's answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString

from annotate.models import Assignment
from annotate.questions import SIDES, Option, pairwise_options
from annotate.texts import messages_of, texts_of
from core.conversation import Turn, role_of, text_of, turns
from core.lengths import length_of
from core.models import Candidate, Project, Prompt, Response
from core.renderings import Html, rendered_many


@dataclass(frozen=True, slots=True)
class Context:
    title: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class Pane:
    letter: str
    length: str
    turns: list[Turn]

    @property
    def is_conversation(self) -> bool:
        return len(self.turns) > 1


@dataclass(frozen=True, slots=True)
class Screen:
    public: UUID
    question: Mapping[str, Any]
    options: list[Option]
    rationale: Mapping[str, Any] | None
    system: SafeString | None
    contexts: list[Context]
    turns: list[Turn]
    panes: list[Pane]


def screen_of(project: Project, assignment: Assignment) -> Screen:
    """Load the project before the assignment: `core.renderings` says why."""
    questions = {question["id"]: question for question in assignment.round.question_set.questions}
    prompt = assignment.comparison.prompt
    responses = _in_order(assignment)
    html = rendered_many(project, texts_of(assignment.comparison, responses))
    return Screen(
        public=assignment.comparison.public,
        question=questions["main"],
        options=pairwise_options(questions["main"]),
        rationale=questions.get("rationale"),
        system=html[prompt.system] if prompt.system else None,
        contexts=contexts_of(prompt, html),
        turns=turns(prompt.messages, html),
        panes=[pane_of(letter, response, html) for letter, response in zip(SIDES, responses, strict=True)],
    )


def contexts_of(prompt: Prompt, html: Html) -> list[Context]:
    return [
        Context(context.get("title") or f"Context {number}", html[context["text"]])
        for number, context in enumerate(prompt.contexts, start=1)
    ]


def _in_order(assignment: Assignment) -> list[Response]:
    """The responses as this person sees them, from left to right."""
    candidates = Candidate.objects.filter(comparison=assignment.comparison_id).select_related("response")
    by_slot = {candidate.slot: candidate.response for candidate in candidates}
    return [by_slot[slot] for slot in assignment.order]


def pane_of(letter: str, response: Response, html: Html) -> Pane:
    messages = messages_of(response)
    texts = [text_of(message) for message in messages]
    shown = [Turn(role_of(message), html[text]) for message, text in zip(messages, texts, strict=True) if text]
    return Pane(letter, length_of("\n".join(texts)), shown)
