"""A line of the interchange format as a person reads it before it goes in."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.importing.interchange import Judgment, Line, Messages, Response, Text
from core.importing.reading import Good

LONGEST_PROMPT = 300
LONGEST_RESPONSE = 200
MOST = 4
KINDS = {"human": "a person", "ai": "a model", "gold": "gold", "rule": "a rule", "metric": "a metric"}
LAYOUTS = {
    "interchange": "Preferee's own format",
    "trl_preference": "TRL preference pairs",
    "trl_implicit": "TRL implicit preference pairs",
    "ultrafeedback": "UltraFeedback, binarized",
    "helpsteer2": "HelpSteer2",
    "hh_rlhf": "hh-rlhf",
    "fastchat": "FastChat battles",
    "label_studio": "a Label Studio export",
    "mapped": "columns as named below",
    "prompts": "prompts alone",
}


@dataclass(frozen=True, slots=True)
class ShownResponse:
    text: str
    author: str
    by: str  # people, models, or nothing


@dataclass(frozen=True, slots=True)
class ShownLine:
    """`more` counts what is not shown of each."""

    number: int
    prompt: str
    responses: list[ShownResponse]
    judgments: list[str]
    more_responses: int
    more_judgments: int


def layout_in_words(name: str) -> str:
    return LAYOUTS.get(name, name.replace("_", " "))


def shown_line(item: Good) -> ShownLine:
    line = item.line
    return ShownLine(
        item.number,
        _cut(_text(line.prompt), LONGEST_PROMPT),
        [_response(response) for response in line.responses[:MOST]],
        [judgment_in_words(judgment, _names(line)) for judgment in line.judgments[:MOST]],
        max(0, len(line.responses) - MOST),
        max(0, len(line.judgments) - MOST),
    )


def _names(line: Line) -> dict[str, str]:
    """Responses are called by their number in the line, for their ids are the file's own."""
    return {response.id: f"{place}" for place, response in enumerate(line.responses, 1)}


def _response(response: Response) -> ShownResponse:
    by = "models" if response.model else "people" if response.person else ""
    text = _cut(_text(response.content), LONGEST_RESPONSE)
    return ShownResponse(text, _cut(response.model or response.person or "", 60), by)


def _text(content: Text | Messages) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(f"{turn['role']}: {turn['content']}" for turn in content)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest].rstrip()}…"


def judgment_in_words(judgment: Judgment, names: dict[str, str]) -> str:
    """`Ada (a person): 1 better than 2`."""
    judge = f"{_cut(judgment.judge, 60)} ({KINDS[judgment.kind]})"
    return f"{judge}: {_verdict(judgment, [names[id_] for id_ in judgment.responses], names)}"


def _verdict(judgment: Judgment, places: Sequence[str], names: dict[str, str]) -> str:
    if judgment.status != "submitted":
        return judgment.status
    if judgment.both_bad:
        return f"{' and '.join(places)} both bad"
    if judgment.preference is not None:
        first, second = places if judgment.preference >= 0 else reversed(places)
        return f"{first} better than {second}" if judgment.preference else f"{first} and {second} tied"
    if judgment.ranking is not None:
        return ", then ".join(" and ".join(names[id_] for id_ in tier) for tier in judgment.ranking)
    if judgment.ratings:
        return "; ".join(f"{names[id_]} rated {_ratings(values)}" for id_, values in judgment.ratings.items())
    return f"judged {' and '.join(places)}"


def _ratings(values: dict[str, float]) -> str:
    return ", ".join(f"{_cut(name, 40)} {value:g}" for name, value in list(values.items())[:MOST])
