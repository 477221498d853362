"""The responses of a prompt as its page shows them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from annotate.reading.texts import texts_of_response
from annotate.review.blindness import Blind
from annotate.work.screen import Pane, pane_of
from core.explanations import pages_of
from core.models import AuthorKind, Project, Response, Score
from core.renderings import rendered_many

# Colours of authors: people blue, models orange, everywhere the same.
COLOURS = {AuthorKind.PERSON: "people", AuthorKind.MODEL: "models"}


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a response; `colour` is empty where nobody is named."""

    name: str
    colour: str = ""

    @property
    def dot(self) -> str:
        """The class of the page that shows the colour."""
        return f"of-{self.colour}" if self.colour else ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A score, and the page that shows how it came about, where there is one."""

    scorer: str
    value: float
    page: str


@dataclass(frozen=True, slots=True)
class ResponseCard:
    response: Response
    author: Author
    pane: Pane
    scores: list[Scored]
    is_edit: bool = False

    @property
    def mark(self) -> str:
        return mark_of(self.response)


def author_of(response: Response, blind: Blind) -> Author:
    if response.pk in blind.responses:
        return Author("Author shown after you have judged")
    if not response.author:
        return Author("Author unknown")
    return Author(response.author, COLOURS[AuthorKind(response.author_kind)])


def mark_of(response: Response) -> str:
    return "Erased" if response.erased else "Withdrawn" if response.withdrawn else ""


def cards_of(project: Project, responses: Sequence[Response], blind: Blind) -> list[ResponseCard]:
    scores = _scores([response for response in responses if response.pk not in blind.responses])
    html = rendered_many(project, [text for response in responses for text in texts_of_response(response)])
    return [
        ResponseCard(
            response,
            author_of(response, blind),
            pane_of("", response, html),
            scores[response.pk],
            is_edit=_is_edit(response, blind),
        )
        for response in responses
    ]


def _is_edit(response: Response, blind: Blind) -> bool:
    """Of another response, as far as the reader may know."""
    hidden = {response.pk, response.parent_id} & {*blind.responses}
    return response.parent_id is not None and not response.erased and not hidden


def _scores(responses: Sequence[Response]) -> dict[int, list[Scored]]:
    """By response, in the order of the scorers' names."""
    found: dict[int, list[Scored]] = defaultdict(list)
    rows = list(Score.objects.filter(response__in=responses).order_by("scorer"))
    pages = pages_of([row.pk for row in rows])
    for row in rows:
        found[row.response_id].append(Scored(row.scorer, row.value, pages.get(row.pk, "")))
    return found
