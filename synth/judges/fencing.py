"""Fences around what is judged: whoever wrote it cannot know the mark that ends it."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from itertools import count

MARK_CHARACTERS = 16


def mark_of(texts: Sequence[str], key: str) -> str:
    """A mark of 16 hexadecimal digits for these texts: the same each time, in none of them, unknown without the key.

    The order of the texts does not matter, so that a comparison has one mark in all its orders.
    """
    shown = sorted(texts)
    for attempt in count():
        mark = _digest([str(attempt), *shown], key)[:MARK_CHARACTERS]
        if not any(mark in text for text in shown):
            return mark
    raise AssertionError("a count does not end")


def _digest(texts: Sequence[str], key: str) -> str:
    """Of the texts, each with its length, so that no two lists share a spelling."""
    digest = hmac.new(key.encode(), digestmod=sha256)
    for text in texts:
        data = text.encode(errors="surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def fenced(text: str, mark: str, title: str) -> str:
    """The text as data under its title."""
    return f"<<<{mark} {title}\n{text}\n{mark}>>>"
