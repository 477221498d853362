"""What the preview of a question set is about: texts that come with Preferee, or a comparison of the project."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from annotate.composing.cells import Question
from annotate.kinds.answers import Asked, asked
from annotate.kinds.protocol import MAIN, Fields, Shown
from annotate.kinds.registry import kind_of
from annotate.reading.texts import texts_of
from annotate.work.held import responses_of
from annotate.work.screen import Context, Pane, contexts_of, pane_of
from core.conversation import Turn, turns
from core.labels.words import letter_of
from core.lengths import length_of
from core.models import Comparison, Project, User
from core.rendering import rendered
from core.renderings import rendered_many

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
    reference: SafeString | None = None
    public: None = None

    @property
    def rationale(self) -> Asked | None:
        return next((each for each in self.asked if each.question["id"] == "rationale"), None)


def preview_of(
    questions: Sequence[Question], comparison: Comparison | None = None, fields: Fields | None = None
) -> Preview:
    """On the comparison where there is one, else on the texts that come with Preferee."""
    if comparison is None:
        texts: list[str | None] = list(ANSWERS[: _wanted(questions)])
        panes = [
            Pane(letter_of(place), length_of(text), [Turn("Assistant", rendered(text))])
            for place, text in enumerate(ANSWERS[: len(texts)])
        ]
        return Preview(_asked(questions, texts, fields), [Turn("User", rendered(PROMPT))], panes)
    responses, prompt, project = responses_of(comparison), comparison.prompt, comparison.project
    html = rendered_many(project, texts_of(comparison, responses))
    letters = Shown(range(len(responses))).letters
    return Preview(
        _asked(questions, [None if each.messages else each.content for each in responses], fields),
        turns(prompt.messages, html),
        [pane_of(letter, response, html) for letter, response in zip(letters, responses, strict=True)],
        html[prompt.system] if prompt.system else None,
        contexts_of(prompt, html),
        html[prompt.reference] if prompt.reference and project.shows_reference else None,
    )


def fitting(questions: Sequence[Question], project: Project, person: User) -> Comparison | None:
    """One of the oldest comparisons that the main question asks about."""
    main = _main(questions)
    oldest = Comparison.objects.visible_to(person).filter(project=project, withdrawn=None).order_by("pk")
    some = Comparison.objects.filter(pk__in=oldest.values("pk")[:LOOKED_AT])
    if main is not None:
        kind = kind_of(main)
        some = some.filter(k__range=(kind.fewest, kind.most))
    return some.select_related("prompt", "project").order_by("pk").first()


def _wanted(questions: Sequence[Question]) -> int:
    """Two responses, three where they are ranked."""
    main = _main(questions)
    return 3 if main is not None and main["kind"] == "ranking" else 2


def _main(questions: Sequence[Question]) -> Question | None:
    return next((question for question in questions if question["id"] == MAIN), None)


def _asked(questions: Sequence[Question], texts: Sequence[str | None], fields: Fields | None) -> list[Asked]:
    return asked(questions, fields or {}, Shown(range(len(texts)), texts))
