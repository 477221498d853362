"""Markdown that people and models wrote, as HTML that can do nothing: no scripts, no requests, no classes of ours."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from html import escape
from typing import Any
from urllib.parse import urlsplit

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from core.highlighting import TOKEN_CLASSES, highlighted

LINK_SCHEMES = frozenset({"http", "https", "mailto"})
TAGS = frozenset(
    {"p", "br", "hr", "strong", "em", "s", "code", "pre", "span", "blockquote", "ul", "ol", "li", "a"}
    | {"h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
)
ATTRIBUTES = frozenset({("a", "href"), ("a", "rel"), ("a", "target"), ("ol", "start"), ("span", "class")})
DIRECTED = ("p", "ul", "ol", "blockquote", "table", "h3", "h4", "h5", "h6")
MOST_CHARACTERS = 200_000
WORTH_KEEPING = 50_000  # a longer text is rendered each time, so that the cache cannot eat the memory


def rendered(text: str, *, breaks: bool = True) -> SafeString:
    """The text as sanitised HTML in its own isolated element; a very long text comes as it was written.

    `breaks`: a single line break shows, as part of what somebody wrote (verse, addresses, lists by hand).
    """
    return _kept(text, breaks) if len(text) <= WORTH_KEEPING else _isolated(text, breaks)


@lru_cache(maxsize=2000)
def _kept(text: str, breaks: bool) -> SafeString:
    return _isolated(text, breaks)


def _isolated(text: str, breaks: bool) -> SafeString:
    text = _whole_characters(text)
    html = _cleaned(_markdown(breaks).render(text)) if len(text) <= MOST_CHARACTERS else f"<pre>{escape(text)}</pre>"
    return mark_safe(f'<div class="content" dir="auto" hx-disable>{html}</div>')  # noqa: S308


def _whole_characters(text: str) -> str:
    """Half a surrogate pair becomes a replacement character: the sanitiser takes valid Unicode only."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    """The sanitiser lets `title` and `lang` through by itself."""
    return value if (tag, attribute) in ATTRIBUTES or attribute == "dir" else None


_cleaned: Callable[[str], str] = partial(
    nh3.clean,
    tags=set(TAGS),
    attributes={"a": {"href"}, "ol": {"start"}},
    allowed_classes={"span": set(TOKEN_CLASSES)},
    tag_attribute_values={tag: {"dir": {"auto"}} for tag in DIRECTED}
    | {tag: {"dir": {"ltr"}} for tag in ("pre", "code")},
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes=set(LINK_SCHEMES),
    url_relative="deny",
    generic_attribute_prefixes=set(),
    attribute_filter=_allowed,
)


@lru_cache(maxsize=2)
def _markdown(breaks: bool) -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": breaks})
    markdown.enable(["table", "strikethrough"])
    markdown.core.ruler.push("lower_headings", _lower_headings)
    markdown.core.ruler.push("set_directions", _set_directions)
    markdown.add_render_rule("image", _image_as_text)
    markdown.add_render_rule("fence", _fence)
    markdown.add_render_rule("code_block", _fence)
    markdown.validateLink = _is_allowed_link  # type: ignore[method-assign]
    return markdown


def _is_allowed_link(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in LINK_SCHEMES and bool(parts.netloc or parts.scheme.lower() == "mailto")


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


def _image_as_text(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: Any
) -> str:
    """A remote image would tell its host who reads what and when."""
    address = str(tokens[index].attrGet("src") or "")
    return f"<span>[image: {escape(tokens[index].content)} {escape(address)}]</span>"


def _fence(renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: Any) -> str:
    words = tokens[index].info.split()
    return f'<pre dir="ltr"><code>{highlighted(tokens[index].content, words[0] if words else "")}</code></pre>\n'
