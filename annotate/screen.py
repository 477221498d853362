"""A comparison as its annotator sees it: in their order, without names, ids or anybody's answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString

from annotate.models import Assignment
from annotate.questions import SIDES, Option, pairwise_options
from core.conversation import Turn, role_of, text_of, turns
from core.lengths import length_of
from core.models import Candidate, Prompt, Response
from core.rendering import rendered


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


def screen_of(assignment: Assignment) -> Screen:
    questions = {question["id"]: question for question in assignment.round.question_set.questions}
    prompt = assignment.comparison.prompt
    return Screen(
        public=assignment.comparison.public,
        question=questions["main"],
        options=pairwise_options(questions["main"]),
        rationale=questions.get("rationale"),
        system=rendered(prompt.system) if prompt.system else None,
        contexts=contexts_of(prompt),
        turns=turns(prompt.messages),
        panes=_panes(assignment),
    )


def contexts_of(prompt: Prompt) -> list[Context]:
    return [
        Context(context.get("title") or f"Context {number}", rendered(context["text"]))
        for number, context in enumerate(prompt.contexts, start=1)
    ]


def _panes(assignment: Assignment) -> list[Pane]:
    candidates = Candidate.objects.filter(comparison=assignment.comparison_id).select_related("response")
    by_slot = {candidate.slot: candidate.response for candidate in candidates}
    return [pane_of(letter, by_slot[slot]) for letter, slot in zip(SIDES, assignment.order, strict=True)]


def pane_of(letter: str, response: Response) -> Pane:
    messages: Sequence[Mapping[str, Any]] = response.messages or [{"role": "assistant", "content": response.content}]
    texts = [text_of(message) for message in messages]
    shown = [Turn(role_of(message), rendered(text)) for message, text in zip(messages, texts, strict=True) if text]
    return Pane(letter, length_of("\n".join(texts)), shown)
