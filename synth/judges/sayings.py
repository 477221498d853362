"""What a model says in its reply, and where: JSON objects, marks in double brackets, lines with a title.

What it only quotes says nothing: "[[A]]" in quotation marks or backticks, or in a line that begins with >.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

LONGEST = 200_000
MOST_OBJECTS = 2_000
MARK = re.compile(r"\[\[([^\[\]\n]{1,400})\]\]")
QUOTES = "\"'`“”„‘’‚«»‹›「」『』"
JSON_BEGINS = re.compile(r"\s*(?:```(?:json)?\s*)?\{")
THOUGHT = re.compile(r"\s*<think(?:ing)?>", re.IGNORECASE)
END_OF_THOUGHT = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
DECORATION, FULL_STOPS = "#*_~- \t\r", "*_~.!。 \t\r"
DECODER = json.JSONDecoder()
TITLED = re.compile(
    r"(?:my |the )?(?:final |overall )?(?:verdict|answer|judge?ment|decision|choice|winner|score|rating|ranking)"
    r"\**(?: is)?\s*[:=][\s*]*(?P<said>.+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """`ends` is where in the answer; `value` is an object, or the text of a mark or line."""

    ends: int
    value: Any


def answer_in(text: str) -> str:
    """The reply after what the model thought aloud; nothing where it never stopped thinking, or is too long."""
    if len(text) > LONGEST:
        return ""
    ends = [found.end() for found in END_OF_THOUGHT.finditer(text)]
    if THOUGHT.match(text):
        return text[ends[-1] :].strip() if ends else ""
    return text[ends[-1] :].strip() if ends and not JSON_BEGINS.match(text) else text.strip()


def is_json(answer: str) -> bool:
    """It sets out to be JSON, so that marks in its strings, or in what was cut off, are no verdicts."""
    return bool(JSON_BEGINS.match(answer))


def objects(answer: str) -> list[Said]:
    """The JSON objects that stand in the answer by themselves."""
    return [Said(end, value) for _, end, value in _decoded(answer)]


def marks(answer: str) -> list[Said]:
    """What stands in double brackets, neither quoted nor inside a JSON object; all of them alike in full-width."""
    inside = [(start, end) for start, end, _ in _decoded(answer)]
    found = [each for each in MARK.finditer(answer) if not any(start < each.end() <= end for start, end in inside)]
    return [Said(each.end(), each[1]) for each in found if _is_last_line(answer, each) or not _is_quoted(answer, each)]


def titled(answer: str) -> list[Said]:
    """What lines like “**Final verdict:** B” say."""
    lines = [(end, TITLED.fullmatch(bare)) for end, bare in bare_lines(answer)]
    return [Said(end, found["said"]) for end, found in lines if found]


def last_line(answer: str) -> list[Said]:
    """The last line, for one that is a verdict by itself; none where the answer is empty."""
    return [Said(end, bare) for end, bare in bare_lines(answer)][-1:]


def bare_lines(answer: str) -> Iterator[tuple[int, str]]:
    """Each line that is neither empty nor quoted, without its Markdown, and where it ends."""
    for line in re.finditer(r"[^\n]+", answer):
        bare = _bare(line[0])
        if bare and not line[0].lstrip().startswith((">", "```")):
            yield line.end(), bare


def without_marks(answer: str) -> str:
    """The answer without the lines that are nothing but a mark."""
    lines = answer.split("\n")
    return "\n".join(line for line in lines if not MARK.fullmatch(_bare(line))).strip()


def in_plain_letters(text: str) -> str:
    """Full-width letters, digits and brackets as plain ones."""
    return normalize("NFKC", text)


def _bare(line: str) -> str:
    return line.strip().lstrip(DECORATION).rstrip(FULL_STOPS)


def _decoded(answer: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    at = answer.find("{")
    for _ in range(MOST_OBJECTS):
        if at < 0:
            return
        try:
            value, end = DECODER.raw_decode(answer, at)
            yield at, end, value
        except (ValueError, RecursionError):
            end = at + 1
        at = answer.find("{", end)


def _is_quoted(answer: str, found: re.Match[str]) -> bool:
    before, after = answer[: found.start()][-1:], answer[found.end() :][:1]
    line = answer[answer.rfind("\n", 0, found.start()) + 1 : found.start()]
    return bool(before and before in QUOTES) or bool(after and after in QUOTES) or line.lstrip().startswith(">")


def _is_last_line(answer: str, found: re.Match[str]) -> bool:
    """It is all that the last line holds, so it is the verdict, whatever it was dressed in."""
    line = answer[answer.rfind("\n", 0, found.start()) + 1 :]
    return _bare(line).strip(QUOTES) == found[0] and not line.lstrip().startswith(">")
