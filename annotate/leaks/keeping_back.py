"""Responses that say who wrote them: found before anybody is shown the comparison, and set aside for a reviewer."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db.models.signals import post_save

from annotate.leaks.words import USUAL_WORDS
from annotate.models import Flag, FlagKind
from annotate.queue.items import refresh
from annotate.work.held import responses_of
from core.conversation import text_of
from core.models import Comparison, Project, Response

SAYS = "A response says “{}”."
# What was found in a text, by the list of words and the content's key; forgotten as a whole when it is long.
MOST_KEPT = 50_000
_kept: dict[tuple[tuple[str, ...], bytes], str | None] = {}


def is_kept_back(comparison: Comparison, project: Project) -> bool:
    """Whether a response gives its author away, and no reviewer has allowed that; then it waits for one.

    Called for somebody who has just taken a place at it: the place is given up.
    """
    words = USUAL_WORDS if project.identity_words is None else tuple(project.identity_words)
    said = {SAYS.format(word) for response in responses_of(comparison) if (word := _said(response, words))}
    if not said:
        return False
    leak = {"project": project, "comparison": comparison, "kind": FlagKind.LEAK}
    allowed = Flag.objects.filter(**leak, resolved__isnull=False).values_list("reason", flat=True)
    new = sorted(said - set(allowed))
    if not new:
        return False
    Flag.objects.get_or_create(**leak, person=None, resolved=None, defaults={"reason": new[0]})
    refresh([comparison.pk])
    return True


def _said(response: Response, words: tuple[str, ...]) -> str | None:
    known = words, bytes(response.content_key)
    if known not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[known] = leak_in(_text_of(response), words)
    return _kept[known]


def _text_of(response: Response) -> str:
    return "\n".join(text_of(message) for message in response.messages) if response.messages else response.content


def leak_in(text: str, words: Sequence[str]) -> str | None:
    """The first of the words that the text has, as whole words in any case; a line break counts as a space."""
    plain = _plain(text)
    found = (word for word, spelt in _spelt(tuple(words)) if spelt in plain)
    return next((word for word in found if _whole(word).search(plain)), None)


@lru_cache(maxsize=100)
def _spelt(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, _plain(word)) for word in words]


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())


@lru_cache(maxsize=1_000)
def _whole(word: str) -> re.Pattern[str]:
    """Between letters of scripts that put no spaces, a word ends anywhere."""
    plain = _plain(word)
    start, end = (r"\b" if plain[at : at + 1].isascii() and plain[at].isalnum() else "" for at in (0, len(plain) - 1))
    return re.compile(start + re.escape(plain) + end)


def _follow(sender: Any, *, instance: Flag, **_: Any) -> None:
    """One that a reviewer has closed is offered again."""
    if instance.kind == FlagKind.LEAK and instance.resolved is not None:
        refresh([instance.comparison_id])


def connect() -> None:
    post_save.connect(_follow, sender=Flag, dispatch_uid="queue follows resolved leaks")
