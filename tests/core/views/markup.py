"""What in a page could run, load, send or be mistaken for ours, found by a real parser."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest


def _lines_of(name: str) -> list[str]:
    return [line for line in (Path(__file__).parent / name).read_text("utf-8").split("\n") if line.strip()]


# Names, tags and texts: each on every page. What only content could make something of: each where content is rendered,
# and all together on every page that shows content.
PAYLOADS = _lines_of("payloads.txt")
CONTENT_PAYLOADS = [*PAYLOADS, *_lines_of("content_payloads.txt")]
ALL_IN_ONE = "\n\n".join(CONTENT_PAYLOADS)
each_payload = pytest.mark.parametrize("payload", PAYLOADS, ids=[f"line {n}" for n in range(1, len(PAYLOADS) + 1)])
each_content_payload = pytest.mark.parametrize(
    "payload", CONTENT_PAYLOADS, ids=[f"payload {n}" for n in range(1, len(CONTENT_PAYLOADS) + 1)]
)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
CONTENT_TAGS = {
    *("div", "p", "br", "hr", "strong", "em", "s", "code", "pre", "span", "blockquote", "ul", "ol", "li", "a"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "img"),
}
MATH_TAGS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "mpadded"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"),
}
# Values that can neither lead somewhere nor move, colour or cover anything.
MATH_VALUE = re.compile(r"[a-z]+( [a-z]+)*|\+?\d|0?[0-3]?(\.\d+)?(em)?")
IMAGE_OF_OURS = re.compile(r"/p/[a-z0-9-]+/images/[0-9a-f]{32}")
CONTENT_ATTRIBUTES = {
    ("a", "href"),
    ("a", "rel"),
    ("a", "target"),
    ("ol", "start"),
    ("span", "class"),
    *(("img", name) for name in ("src", "alt", "width", "height", "loading", "decoding")),
    *((tag, "dir") for tag in CONTENT_TAGS),
}
Attributes = dict[str, str]


class Page(HTMLParser):
    """Every element with whether it lies inside content that somebody wrote."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, Attributes, bool]] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        inside = any(is_content for _, is_content in self._open)
        self.elements.append((tag, attributes, inside))
        if tag not in VOID:
            self._open.append((tag, tag == "div" and attributes.get("class") == "content"))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass


def dangers(html: str) -> list[str]:
    """Sentences about everything that must not be in a page of ours; none is good."""
    return [danger for element in Page(html).elements for danger in _of(*element)]


def _in_frame(attributes: Attributes) -> Iterator[str]:
    """A frame shows a page of ours that came with the page around it, which may send no form and open nothing."""
    if attributes.keys() & {"src", "allow", "name"} or attributes.get("sandbox") != "allow-scripts allow-same-origin":
        yield "a frame that is not one of ours"
    yield from dangers(attributes.get("srcdoc", ""))


def _of(tag: str, attributes: Attributes, inside: bool) -> Iterator[str]:
    if inside:
        yield from _in_content(tag, attributes)
    if tag == "script" and not attributes.get("src", "").startswith("/static/"):
        yield "a script that is not one of our files"
    if tag == "iframe":
        yield from _in_frame(attributes)
    if tag in {"style", "base", "object", "embed", "svg", "video", "audio", "template"}:
        yield f"an element {tag}"
    if tag in {"math", "img"} and not inside:
        yield f"an element {tag} outside of content"
    for name, value in attributes.items():
        if name.startswith("on") or name == "style" or "hx-on" in name:
            yield f"{tag} has {name}"
        if name in {"href", "src", "action", "formaction"} and not inside and not _is_ours(value):
            yield f"{tag} leads to {value}"


def _in_content(tag: str, attributes: Attributes) -> Iterator[str]:
    if tag in MATH_TAGS:
        yield from _in_formulas(tag, attributes)
        return
    if tag not in CONTENT_TAGS:
        yield f"content holds an element {tag}"
    if tag == "img" and not IMAGE_OF_OURS.fullmatch(attributes.get("src", "")):
        yield "an image that is not from here"
    for name, value in attributes.items():
        if (tag, name) not in CONTENT_ATTRIBUTES:
            yield f"content holds {tag} with {name}"
        if name == "class" and not value.startswith("t-"):
            yield f"content holds the class {value}"
        if name == "href" and urlsplit(value).scheme not in {"http", "https", "mailto"}:
            yield f"content leads to {value}"
    if tag == "a" and "href" in attributes and attributes.get("rel") != "noopener noreferrer nofollow":
        yield "a link without rel"


def _in_formulas(tag: str, attributes: Attributes) -> Iterator[str]:
    for name, value in attributes.items():
        if not re.fullmatch("[a-z]+", name) or name in {
            "href",
            "class",
            "id",
            "style",
            "src",
            "mathcolor",
            "actiontype",
        }:
            yield f"a formula holds {tag} with {name}"
        if not MATH_VALUE.fullmatch(value):
            yield f"a formula holds {tag} with {name}={value}"


def _is_ours(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc
