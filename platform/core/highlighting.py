"""Colour code in fences: Pygments tokens as spans whose classes are ours alone."""

from html import escape

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

PREFIX = "t-"
TOKEN_CLASSES = frozenset(PREFIX + name for name in STANDARD_TYPES.values() if name)
# Lexers are regular expressions: beyond this, colour is not worth the seconds that a hostile text could cost.
MOST_CHARACTERS = 20_000


def highlighted(code: str, language: str) -> str:
    """The code as HTML without its `pre`; plain where the language is unknown or the code is too long."""
    if not language or len(code) > MOST_CHARACTERS:
        return escape(code)
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(code)
    marked: str = highlight(code, lexer, HtmlFormatter(nowrap=True, classprefix=PREFIX))
    return marked
