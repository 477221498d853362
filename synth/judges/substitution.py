"""Names in a prompt, and nothing else: `$name` and `${name}` of `string.Template`, in small letters.

All other text is as it was written: `$$`, `$5`, `{x.__class__}` and `{{7*7}}` mean nothing here. What is put in is
never looked at again.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

NAME = re.compile(r"(?<!\$)\$(?:(?P<named>[a-z][a-z_]*)|\{(?P<braced>[a-z][a-z_]*)\})")


def names_in(text: str) -> set[str]:
    return {name for _, name in _pieces(text) if name}


def put_in(text: str, values: Mapping[str, str]) -> str:
    """The text with each name replaced by its value, once. Raises KeyError for a name without one."""
    return "".join([before + values[name] if name else before for before, name in _pieces(text)])


@lru_cache(maxsize=256)
def _pieces(text: str) -> tuple[tuple[str, str], ...]:
    """The text cut at its names, each with what stands before it; last what follows them all."""
    pieces, at = [], 0
    for found in NAME.finditer(text):
        pieces.append((text[at : found.start()], found["named"] or found["braced"]))
        at = found.end()
    return (*pieces, (text[at:], ""))
