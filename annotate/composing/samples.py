"""What the preview of a question set is about: texts that come with Preferee, or a comparison of the project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from annotate.composing.cells import Question
from annotate.kinds.answers import Asked, asked
from annotate.kinds.protocol import MAIN, Fields, Shown
from annotate.kinds.registry import kind_of
from annotate.screen import Context, Pane
from core.conversation import Turn, role_of, text_of
from core.labels.words import letter_of
from core.lengths import length_of
from core.models import Candidate, Comparison, Project, Prompt, Response, User
from core.rendering import rendered

PROMPT = "How do I keep bread fresh for a few days?"
ANSWERS = (
    "Keep it in a paper bag or a bread box at room temperature. **Do not put it into the fridge**: it goes stale "
    "faster there. What you do not eat within three days you can slice and freeze.",
    "Put it into the fridge in a plastic bag. Cold keeps bread fresh for about two weeks.",
    "Wrap it in a clean cloth.\n\n1. Cut it from the middle.\n2. Push the halves together.\n3. Toast what gets dry.",
)
# Among so many of the oldest one is looked for that fits.
LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class Preview:
    """As much of the work page's screen as there is without an assignment."""

    asked: list[Asked]
    turns: list[Turn]
    panes: list[Pane]
    system: SafeString | None = None
    contexts: Sequence[Context] = ()

    @property
    def rationale(self) -> Asked | None:
        return next((each for each in self.asked if each.question["id"] == "rationale"), None)


def preview_of(
    questions: Sequence[Question], comparison: Comparison | None = None, fields: Fields | None = None
) -> Preview:
    """On the comparison where there is one, else on the texts that come with Preferee."""
    if comparison is None:
        texts: list[str | None] = list(ANSWERS[: _wanted(questions)])
        said = [[{"role": "assistant", "content": text}] for text in texts]
        panes = [_pane(letter_of(place), messages) for place, messages in enumerate(said)]
        return Preview(_asked(questions, texts, fields), [Turn("User", rendered(PROMPT))], panes)
    prompt, responses = comparison.prompt, _responses(comparison)
    shown = Shown(range(len(responses)))
    panes = [_pane(letter, _messages(response)) for letter, response in zip(shown.letters, responses, strict=True)]
    texts = [None if response.messages else response.content for response in responses]
    return Preview(
        _asked(questions, texts, fields),
        [Turn(role_of(message), rendered(text_of(message))) for message in prompt.messages],
        panes,
        rendered(prompt.system) if prompt.system else None,
        _contexts(prompt),
    )


def fitting(questions: Sequence[Question], project: Project, person: User) -> Comparison | None:
    """One of the oldest comparisons that the main question asks about."""
    main = _main(questions)
    oldest = Comparison.objects.visible_to(person).filter(project=project, withdrawn=None).order_by("pk")
    some = Comparison.objects.filter(pk__in=oldest.values("pk")[:LOOKED_AT])
    if main is not None:
        kind = kind_of(main)
        some = some.filter(k__range=(kind.fewest, kind.most))
    return some.select_related("prompt").order_by("pk").first()


def _wanted(questions: Sequence[Question]) -> int:
    """Two responses, three where they are ranked."""
    main = _main(questions)
    return 3 if main is not None and main["kind"] == "ranking" else 2


def _main(questions: Sequence[Question]) -> Question | None:
    return next((question for question in questions if question["id"] == MAIN), None)


def _asked(questions: Sequence[Question], texts: Sequence[str | None], fields: Fields | None) -> list[Asked]:
    return asked(questions, fields or {}, Shown(range(len(texts)), texts))


def _responses(comparison: Comparison) -> list[Response]:
    candidates = Candidate.objects.filter(comparison=comparison).select_related("response").order_by("slot")
    return [candidate.response for candidate in candidates]


def _messages(response: Response) -> Sequence[Mapping[str, Any]]:
    return response.messages or [{"role": "assistant", "content": response.content}]


def _pane(letter: str, messages: Sequence[Mapping[str, Any]]) -> Pane:
    texts = [text_of(message) for message in messages]
    turns = [Turn(role_of(each), rendered(text)) for each, text in zip(messages, texts, strict=True) if text]
    return Pane(letter, length_of("\n".join(texts)), turns)


def _contexts(prompt: Prompt) -> list[Context]:
    return [
        Context(context.get("title") or f"Context {number}", rendered(context["text"]))
        for number, context in enumerate(prompt.contexts, start=1)
    ]
