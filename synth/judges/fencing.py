"""Fences around what is judged: whoever wrote it cannot know the mark that ends it."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from itertools import count

from core.ids import canonical

MARK_CHARACTERS = 16


def mark_of(texts: Sequence[str], key: str) -> str:
    """A mark of 16 hexadecimal digits for these texts: the same each time, in none of them, unknown without the key.

    The order of the texts does not matter, so that a comparison has one mark in all its orders.
    """
    shown = sorted(texts)
    for attempt in count():
        said = canonical([attempt, *shown]).encode(errors="surrogatepass")
        mark = hmac.new(key.encode(), said, sha256).hexdigest()[:MARK_CHARACTERS]
        if not any(mark in text for text in shown):
            return mark
    raise AssertionError("a count does not end")


def fenced(text: str, mark: str, title: str) -> str:
    """The text as data under its title."""
    return f"<<<{mark} {title}\n{text}\n{mark}>>>"
