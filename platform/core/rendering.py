"""Markdown that people and models wrote, as HTML that can do nothing: no scripts, no requests, no classes of ours."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from core.formulas import formulas
from core.highlighting import highlighted
from core.images.placing import is_image_itself, placeholder, without_images
from core.sanitising import LINK_SCHEMES, cleaned

# Of everything that decides how a text looks. Another number, and all that is kept is rendered again.
VERSION = 1
MOST_CHARACTERS = 200_000
WORTH_KEEPING = 50_000  # a longer text is rendered each time, so that the cache cannot eat the memory


def rendered(text: str, *, breaks: bool = True) -> SafeString:
    """The text as sanitised HTML in its own isolated element; a very long text comes as it was written.

    Images show as words: for texts that belong to no project yet, previews, and what stands on every page.
    `breaks`: a single line break shows, as part of what somebody wrote (verse, addresses, lists by hand).
    """
    return _kept(text, breaks) if len(text) <= WORTH_KEEPING else _alone(text, breaks)


@lru_cache(maxsize=200)
def _kept(text: str, breaks: bool) -> SafeString:
    return _alone(text, breaks)


def _alone(text: str, breaks: bool) -> SafeString:
    return mark_safe(without_images(html_of(text, breaks=breaks)))  # noqa: S308


def html_of(text: str, *, breaks: bool = True) -> str:
    """The same with a placeholder for each image, which whoever shows it replaces."""
    text = _whole_characters(text)
    html = cleaned(markdown(breaks).render(text, {})) if len(text) <= MOST_CHARACTERS else f"<pre>{escape(text)}</pre>"
    return f'<div class="content" dir="auto" hx-disable>{html}</div>'


def _whole_characters(text: str) -> str:
    """Half a surrogate pair becomes a replacement character: the sanitiser takes valid Unicode only."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@lru_cache(maxsize=2)
def markdown(breaks: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": breaks})
    parser.enable(["table", "strikethrough"])
    parser.use(formulas)
    parser.core.ruler.push("lower_headings", _lower_headings)
    parser.core.ruler.push("set_directions", _set_directions)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    parser.validateLink = _is_allowed_link  # type: ignore[method-assign]
    return parser


def _is_allowed_link(url: str) -> bool:
    """An image that is written out passes here, as it does in the parser; the sanitiser takes it from links again."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    named = parts.scheme.lower() in LINK_SCHEMES and bool(parts.netloc or parts.scheme.lower() == "mailto")
    return named or is_image_itself(url)


def _lower_headings(state: StateCore) -> None:
    """The page has its own title and pane heads: content starts two levels below."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"


def _set_directions(state: StateCore) -> None:
    """Each block of a mixed text runs in its own direction, whatever code stands in it; code runs left to right.

    Only the outermost blocks: a browser that looks for the direction of one passes over what has its own inside.
    """
    for token in state.tokens:
        if token.nesting == 1 and token.level == 0:
            token.attrSet("dir", "auto")
        for inner in token.children or ():
            if inner.type == "code_inline":
                inner.attrSet("dir", "ltr")


def _image(renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: Any) -> str:
    """Never from where it lies: that would tell its host who reads what and when."""
    return placeholder(str(tokens[index].attrGet("src") or ""), tokens[index].content)


def _fence(renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: Any) -> str:
    words = tokens[index].info.split()
    return f'<pre dir="ltr"><code>{highlighted(tokens[index].content, words[0] if words else "")}</code></pre>\n'
