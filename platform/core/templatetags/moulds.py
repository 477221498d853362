"""A part of a page that is alike for everybody but for a few words is made once, and the words are set in."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from uuid import UUID, uuid4

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import conditional_escape

register = template.Library()

MOST_KEPT = 500
_made: dict[tuple[str, ...], list[str]] = {}
# What stands for a word until it is known. Nobody can guess it, so no text has it by chance or on purpose.
_stand_ins: dict[str, UUID] = {}


@register.tag
def mould(parser: Parser, token: Token) -> "Mould":
    """{% mould NAME words key … %}…{% endmould %}

    `words` is a mapping; its names are variables within. The keys name all that the part depends on besides the words
    and the token of its forms. Where the first is empty, the part is made as if it stood there alone.
    """
    _, name, *given = token.split_contents()
    nodes = parser.parse(("endmould",))
    parser.delete_first_token()
    words, *keys = map(parser.compile_filter, given)
    return Mould(name, words, keys, nodes)


class Mould(template.Node):
    def __init__(self, name: str, words: FilterExpression, keys: list[FilterExpression], nodes: NodeList) -> None:
        self.name, self.words, self.keys, self.nodelist = name, words, keys, nodes

    def render(self, context: Context) -> str:
        key = (self.name, *(str(each.resolve(context)) for each in self.keys))
        words = self.words.resolve(context) or {}
        if not key[1]:
            return self._rendered(context, words)
        words = {**words, "csrf_token": str(context.get("csrf_token", ""))}
        pieces = _made.get(key)
        if pieces is None:
            pieces = _cut(self._rendered(context, {name: stand_in(name) for name in words}), words)
            _keep(key, pieces)
        said = {name: _escaped(value) for name, value in words.items()}
        return "".join([said[piece] if at % 2 else piece for at, piece in enumerate(pieces)])

    def _rendered(self, context: Context, words: Mapping[str, Any]) -> str:
        with context.push(**words):
            return str(self.nodelist.render(context))


def stand_in(name: str) -> UUID:
    """What stands for a word while its part is made."""
    return _stand_ins.setdefault(name, uuid4())


def _escaped(value: Any) -> str:
    """As Django does it, but a plain word goes no way round."""
    return escape(value) if type(value) is str else conditional_escape(value)


def _cut(made: str, names: Iterable[str]) -> list[str]:
    """The part in pieces; every second one is the name of the word that stands there."""
    words = {str(stand_in(name)): name for name in names}
    pieces = re.split(f"({'|'.join(words)})", made)
    return [words[piece] if at % 2 else piece for at, piece in enumerate(pieces)]


def _keep(key: tuple[str, ...], pieces: list[str]) -> None:
    if len(_made) >= MOST_KEPT:
        _made.clear()
    _made[key] = pieces
