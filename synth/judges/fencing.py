"""Fences around what is judged: whoever wrote it cannot know the mark that ends it."""

import hmac
from collections.abc import Sequence
from functools import lru_cache
from itertools import count

MARK_CHARACTERS = 16


def mark_of(texts: Sequence[str], key: str) -> str:
    """A mark of 16 hexadecimal digits for these texts: the same each time, in none of them, unknown without the key.

    The order of the texts does not matter, so that a comparison has one mark in all its orders.
    """
    return _mark_of(tuple(sorted(texts)), key)


@lru_cache(maxsize=8)  # the orders of a comparison are written one after the other
def _mark_of(texts: tuple[str, ...], key: str) -> str:
    for attempt in count():
        mark = _digest([str(attempt), *texts], key)[:MARK_CHARACTERS]
        if not any(mark in text for text in texts):
            return mark
    raise AssertionError("a count does not end")


def _digest(texts: Sequence[str], key: str) -> str:
    """Of the texts, each with its length, so that no two lists share a spelling."""
    data = [text.encode(errors="surrogatepass") for text in texts]
    framed = b"".join([part for each in data for part in (len(each).to_bytes(8, "big"), each)])
    return hmac.digest(key.encode(), framed, "sha256").hex()


def fenced(text: str, mark: str, title: str) -> str:
    """The text as data under its title."""
    return f"<<<{mark} {title}\n{text}\n{mark}>>>"
