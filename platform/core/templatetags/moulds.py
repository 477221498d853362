"""A part of a page that is alike for everybody but for a few words is made once, and the words are set in."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.html import conditional_escape

register = template.Library()

MOST_KEPT = 500
_made: dict[tuple[str, ...], list[str]] = {}
# What stands for a word until it is known. Nobody can guess it, so no text has it by chance or on purpose.
_stand_ins: dict[str, UUID] = {}


@register.tag
def mould(parser: Parser, token: Token) -> "Mould":
    """{% mould NAME key … word=value … %}…{% endmould %}

    The keys name all that the part depends on besides the words and the token of its forms. Where the first is empty,
    the part is made as if it stood there alone.
    """
    _, name, *given = token.split_contents()
    keys = [each for each in given if "=" not in each]
    nodes = parser.parse(("endmould",))
    parser.delete_first_token()
    words = token_kwargs(given[len(keys) :], parser)
    return Mould(name, [parser.compile_filter(key) for key in keys], words, nodes)


class Mould(template.Node):
    def __init__(
        self, name: str, keys: list[FilterExpression], words: dict[str, FilterExpression], nodes: NodeList
    ) -> None:
        self.name, self.keys, self.words, self.nodelist = name, keys, words, nodes

    def render(self, context: Context) -> str:
        key = tuple(str(each.resolve(context)) for each in self.keys)
        words = {name: value.resolve(context) for name, value in self.words.items()}
        if not key[0]:
            return self._rendered(context, words)
        words["csrf_token"] = str(context.get("csrf_token", ""))
        pieces = _made.get((self.name, *key))
        if pieces is None:
            made = self._rendered(context, {name: _stand_in(name) for name in words})
            pieces = _cut(made, words)
            _keep((self.name, *key), pieces)
        said = {name: conditional_escape(value) for name, value in words.items()}
        return "".join([said[piece] if at % 2 else piece for at, piece in enumerate(pieces)])

    def _rendered(self, context: Context, words: dict[str, Any]) -> str:
        with context.push(**words):
            return str(self.nodelist.render(context))


def _stand_in(name: str) -> UUID:
    return _stand_ins.setdefault(name, uuid4())


def _cut(made: str, names: Iterable[str]) -> list[str]:
    """The part in pieces; every second one is the name of the word that stands there."""
    words = {str(_stand_in(name)): name for name in names}
    pieces = re.split(f"({'|'.join(words)})", made)
    return [words[piece] if at % 2 else piece for at, piece in enumerate(pieces)]


def _keep(key: tuple[str, ...], pieces: list[str]) -> None:
    if len(_made) >= MOST_KEPT:
        _made.clear()
    _made[key] = pieces
