"""Words that give an author away, tried on a project before they are set: how many of its responses have them."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotate.leaks.keeping_back import leak_in
from core.conversation import text_of
from core.models import Project, Response, User

MOST_TRIED = 2_000


@dataclass(frozen=True, slots=True)
class Tried:
    """How many responses were looked at and how many have a word, in all and by word, the most frequent first."""

    looked_at: int
    found: int
    by_word: Sequence[tuple[str, int]]


def try_words(project: Project, words: Sequence[str], person: User) -> Tried:
    """Among the newest responses of the project, up to a limit; a response counts for the first word that it has."""
    newest = Response.objects.visible_to(person).filter(project=project, withdrawn=None, erased=None).order_by("-pk")
    counts: dict[str, int] = {}
    looked_at = 0
    for response in newest.only("content", "messages")[:MOST_TRIED].iterator(chunk_size=200):
        looked_at += 1
        if word := leak_in(_text(response), words):
            counts[word] = counts.get(word, 0) + 1
    by_word = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return Tried(looked_at, sum(counts.values()), by_word)


def _text(response: Response) -> str:
    return "\n".join(text_of(message) for message in response.messages) if response.messages else response.content
