"""What may stand in content: a short list of elements and attributes, whoever made the HTML."""

import re
from collections.abc import Callable
from functools import partial

import nh3

from core.highlighting import TOKEN_CLASSES

LINK_SCHEMES = frozenset({"http", "https", "mailto"})
TAGS = frozenset(
    {"p", "br", "hr", "strong", "em", "s", "code", "pre", "span", "blockquote", "ul", "ol", "li", "a", "img"}
    | {"h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
)
# Without what hides, links, colours, or takes HTML in again: mphantom, maction, semantics, annotation-xml, menclose.
MATH_TAGS = frozenset(
    {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "mpadded"}
    | {"msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"}
)
DIRECTED = ("p", "ul", "ol", "blockquote", "table", "h3", "h4", "h5", "h6")
# An image until whoever shows the content puts ours in its place; no browser knows the scheme.
IMAGE = "image"

_BOOLEAN = re.compile(r"true|false")
_SIZE = re.compile(r"0|(?:[0-3]?\.\d{1,3}|[0-3])(?:em)?")  # nothing that could push a formula over what is beside it
_ALIGN = re.compile(r"(?:left|right|center)(?: (?:left|right|center)){0,19}")
MATH_ATTRIBUTES: dict[tuple[str, str], re.Pattern[str]] = {
    ("math", "display"): re.compile("inline|block"),
    ("mspace", "width"): _SIZE,
    ("mpadded", "width"): re.compile("0"),
    ("mfrac", "linethickness"): re.compile("0"),
    ("mstyle", "scriptlevel"): re.compile(r"\+1|[0-2]"),
    ("mstyle", "displaystyle"): _BOOLEAN,
    ("mtable", "displaystyle"): _BOOLEAN,
    ("mtable", "columnalign"): _ALIGN,
    ("mtd", "columnalign"): _ALIGN,
    ("mi", "mathvariant"): re.compile("normal"),
    ("mo", "minsize"): _SIZE,
    ("mo", "maxsize"): _SIZE,
    ("mo", "form"): re.compile("prefix|infix|postfix"),
    **{("mo", name): _BOOLEAN for name in ("stretchy", "fence", "separator", "largeop", "movablelimits", "symmetric")},
    **{(tag, "accent"): _BOOLEAN for tag in ("mo", "mover", "munderover")},
    **{(tag, "accentunder"): _BOOLEAN for tag in ("munder", "munderover")},
}
ATTRIBUTES = frozenset(
    {("a", "href"), ("a", "rel"), ("a", "target"), ("ol", "start"), ("span", "class"), ("img", "alt"), ("img", "title")}
)
IMAGE_ADDRESS = re.compile(IMAGE + ":[0-9a-f]{32}")


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    """The sanitiser lets `title` and `lang` through by itself."""
    if pattern := MATH_ATTRIBUTES.get((tag, attribute)):
        return value if pattern.fullmatch(value) else None
    if (tag, attribute) == ("img", "src"):
        return value if IMAGE_ADDRESS.fullmatch(value) else None
    if (tag, attribute) == ("a", "href"):
        return None if value.startswith(f"{IMAGE}:") else value
    return value if (tag, attribute) in ATTRIBUTES or attribute == "dir" else None


def _names_of(tag: str) -> set[str]:
    return {name for of, name in MATH_ATTRIBUTES if of == tag}


cleaned: Callable[[str], str] = partial(
    nh3.clean,
    tags=set(TAGS | MATH_TAGS),
    attributes={"a": {"href"}, "ol": {"start"}, "img": {"src", "alt", "title"}}
    | {tag: _names_of(tag) for tag in MATH_TAGS},
    allowed_classes={"span": set(TOKEN_CLASSES)},
    tag_attribute_values={tag: {"dir": {"auto"}} for tag in DIRECTED}
    | {tag: {"dir": {"ltr"}} for tag in ("pre", "code")},
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes={*LINK_SCHEMES, IMAGE},
    url_relative="deny",
    generic_attribute_prefixes=set(),
    attribute_filter=_allowed,
)
