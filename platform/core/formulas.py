"""LaTeX in Markdown, as MathML: $…$, $$…$$, \\(…\\) and \\[…\\]. What is no formula stays the text that it is."""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape, unescape
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, tostring

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

# Beyond these a formula shows as it was written: what it costs grows with them, in the worker and in the browser.
MOST_CHARACTERS, MOST_LINES, MOST_DEPTH = 2_000, 60, 40
MOST_OF_A_TEXT = 20_000
# What defines names could grow without an end, and what names code points could be anything.
FORBIDDEN = re.compile(r"\\(?:re|provide)?(?:newcommand|newenvironment)|\\(?:[gex]?def|let|unicode|char|href|style)\b")
# “$5 and he pays 10$”: a number, then words, and nothing of LaTeX.
MONEY = re.compile(r"\d[\d.,]*\s[^\\]*?(?<![a-zA-Z])[a-zA-Z]{3,}[^\\]*")
# How many children an element takes; with others it is no formula, and browsers each make something else of it.
CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}


class Delimiters(NamedTuple):
    opening: str
    closing: str
    block: bool


DELIMITERS = (
    Delimiters("$$", "$$", True),
    Delimiters("$", "$", False),
    Delimiters(r"\[", r"\]", True),
    Delimiters(r"\(", r"\)", False),
)


def formulas(markdown: MarkdownIt) -> None:
    """A plugin of the Markdown parser."""
    markdown.inline.ruler.before("escape", "formula", _inline)
    markdown.block.ruler.before("fence", "formula_block", _block, {"alt": ["paragraph", "reference", "blockquote"]})
    markdown.add_render_rule("formula", _formula)
    markdown.add_render_rule("formula_block", _formula)


def _inline(state: StateInline, silent: bool) -> bool:
    found = next((each for each in DELIMITERS if state.src.startswith(each.opening, state.pos)), None)
    if found is None:
        return False
    start = state.pos + len(found.opening)
    end = _end(state.src, found.closing, start, min(state.posMax, start + MOST_CHARACTERS))
    if end < 0 or not state.src[start:end].strip() or not _stands_alone(state.src, found, start, end):
        return False
    if not silent:
        _push(state.push("formula", "", 0), found, state.src[start:end])
    state.pos = end + len(found.closing)
    return True


def _end(text: str, closing: str, start: int, last: int) -> int:
    """Where the closing delimiter is that no backslash takes away; -1 where there is none."""
    end = text.find(closing, start, last)
    while end > start and (end - len(text[start:end].rstrip("\\")) - start) % 2:
        end = text.find(closing, end + 1, last)
    return end


def _stands_alone(text: str, found: Delimiters, start: int, end: int) -> bool:
    """A single dollar is often money or a variable: it touches its formula, and no word from outside."""
    if found.opening != "$":
        return True
    before, after = text[: start - 1][-1:], text[end + 1 : end + 2]
    touches = not (text[start].isspace() or text[end - 1].isspace())
    return touches and not (before.isalnum() or after.isalnum()) and not MONEY.fullmatch(text[start:end])


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A formula that has its lines for itself, so that nothing in them is taken for a list or a heading."""
    begin = state.bMarks[first] + state.tShift[first]
    found = next((each for each in DELIMITERS if each.block and state.src.startswith(each.opening, begin)), None)
    if found is None or state.is_code_block(first):
        return False
    for line in range(first, min(last, first + MOST_LINES)):
        if state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return False
        after = begin + len(found.opening) if line == first else state.bMarks[line] + state.tShift[line]
        end = state.src.find(found.closing, after, state.eMarks[line])
        if end >= 0:
            rest = state.src[end + len(found.closing) : state.eMarks[line]].strip()
            return not rest and _pushed(state, found, first, line, silent)
    return False


def _pushed(state: StateBlock, found: Delimiters, first: int, line: int, silent: bool) -> bool:
    if silent:
        return True
    written = state.getLines(first, line + 1, state.blkIndent, False).strip()
    token = state.push("formula_block", "", 0)
    _push(token, found, written[len(found.opening) : -len(found.closing)])
    token.block, token.map, state.line = True, [first, line + 1], line + 1
    return True


def _push(token: Token, found: Delimiters, latex: str) -> None:
    token.content, token.markup, token.info = latex, found.opening, found.closing
    token.meta = {"block": found.block}


def _formula(renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: Any) -> str:
    token = tokens[index]
    env["formulas"] = env.get("formulas", 0) + len(token.content)
    html = mathml(token.content, block=token.meta["block"]) if env["formulas"] <= MOST_OF_A_TEXT else ""
    shown = html or escape(f"{token.markup}{token.content}{token.info}")
    return f'<p dir="auto">{shown}</p>\n' if token.type == "formula_block" else shown


@lru_cache(maxsize=500)
def mathml(latex: str, *, block: bool) -> str:
    """The formula as MathML that is not sanitised yet; empty where it cannot be shown as one."""
    if len(latex) > MOST_CHARACTERS or FORBIDDEN.search(latex):
        return ""
    from latex2mathml.converter import convert_to_element

    try:
        formula = convert_to_element(latex, display="block" if block else "inline")
    except Exception:  # a parser that breaks in many ways on what somebody wrote; each says: this is no LaTeX
        return ""
    return tostring(formula, encoding="unicode", method="html") if _is_whole(formula) else ""


def _is_whole(formula: Element) -> bool:
    """Whether all of it was understood; its texts, in which the converter leaves character references, are resolved."""
    open_ones = [(formula, 1)]
    while open_ones:
        element, depth = open_ones.pop()
        text = element.text = unescape(element.text or "")
        is_command = len(text) > 1 and text.startswith("\\")
        if is_command or depth > MOST_DEPTH or len(element) != CHILDREN.get(element.tag, len(element)):
            return False
        open_ones += [(child, depth + 1) for child in element]
    return True
