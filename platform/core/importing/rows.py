"""Lines → rows: identities, canonical slots, ranks. A batch merges the lines of one prompt. No Django here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from core.ids import comparison_key, content_key, prompt_key, response_key
from core.importing.interchange import Judgment, Line, Response
from core.orders import order_number

BYTES_A_ROW = 500  # what a response, comparison or judgment weighs here beyond its text
_encoded = msgspec.json.Encoder().encode


class JudgeName(NamedTuple):
    kind: str
    name: str
    version: str


@dataclass(slots=True)
class ResponseRow:
    key: bytes
    content_key: bytes
    author_kind: str
    author: str
    content: str
    messages: list[dict[str, Any]] | None
    parent: bytes | None
    finish_reason: str
    metadata: dict[str, Any]


@dataclass(slots=True)
class JudgmentRow:
    line: int
    judge: JudgeName
    round: str | None
    occasion: str
    sample: int | None
    order: list[int] | None
    order_no: int | None
    ranks: list[int] | None
    partial: bool
    strength: int | None
    both_bad: bool
    probability: float | None
    ratings: dict[str, dict[str, float]]
    spans: list[dict[str, Any]]
    said: Judgment
    tally: str


@dataclass(slots=True)
class ComparisonRow:
    key: bytes
    slots: tuple[bytes, ...]
    judgments: list[JudgmentRow] = field(default_factory=list)


@dataclass(slots=True)
class PromptRow:
    line: int
    key: bytes
    messages: list[dict[str, Any]]
    system: str | None
    contexts: list[dict[str, str]]
    reference: str | None
    metadata: dict[str, Any]
    tags: list[str]
    other_references: list[int] = field(default_factory=list)
    responses: dict[bytes, ResponseRow] = field(default_factory=dict)
    comparisons: dict[bytes, ComparisonRow] = field(default_factory=dict)
    scores: dict[tuple[bytes, str], tuple[float, dict[str, Any]]] = field(default_factory=dict)


Placed = tuple[ComparisonRow, dict[str, int]]  # a comparison, and the slot of each id in it


class Batch:
    """The rows of some lines, by prompt; `size` is roughly the bytes held."""

    def __init__(self) -> None:
        self.prompts: dict[bytes, PromptRow] = {}
        self.lines = 0
        self.size = 0

    def add(self, number: int, line: Line) -> None:
        self.lines += 1
        rows = len(line.responses) + len(line.comparisons) + len(line.judgments)
        self.size += len(_encoded(line)) + rows * BYTES_A_ROW
        prompt = self._prompt(number, line)
        known: dict[str, ResponseRow] = {}
        for response in in_parent_order(line.responses):
            row = _response(response, known)
            known[response.id] = prompt.responses.setdefault(row.key, row)
        for ids in line.comparisons:
            _comparison(prompt, ids, known)
        for score in line.scores:
            prompt.scores.setdefault((known[score.response].key, score.scorer), (score.value, score.parts))
        placed: dict[tuple[str, ...], Placed] = {}
        for judgment in line.judgments:
            judged = tuple(judgment.responses)
            if judged not in placed:
                placed[judged] = _placed(prompt, judged, known)
            comparison, slot = placed[judged]
            comparison.judgments.append(_judgment(number, judgment, comparison, slot))

    def _prompt(self, number: int, line: Line) -> PromptRow:
        messages = [{"role": "user", "content": line.prompt}] if isinstance(line.prompt, str) else line.prompt
        contexts = [{"title": context.title, "text": context.text} for context in line.contexts]
        key = prompt_key(messages, line.system, contexts)
        row = self.prompts.get(key)
        if row is None:
            row = PromptRow(
                number, key, messages, line.system, contexts, line.reference, line.metadata, sorted(set(line.tags))
            )
            self.prompts[key] = row
        elif row.reference is None:
            row.reference, row.line = line.reference, number
        elif line.reference not in (None, row.reference):
            row.other_references.append(number)
        return row


def in_parent_order(responses: Sequence[Response]) -> list[Response]:
    """Each edit after what it edits, whatever the order in the file."""
    by_id = {response.id: response for response in responses}
    placed: dict[str, Response] = {}
    for response in responses:
        chain = []
        current: Response | None = response
        while current is not None and current.id not in placed and current not in chain:
            chain.append(current)
            current = by_id.get(current.edited_from) if current.edited_from else None
        for each in reversed(chain):
            placed[each.id] = each
    return list(placed.values())


def plain_text(content: str | Sequence[Mapping[str, Any]]) -> str:
    return content if isinstance(content, str) else "\n\n".join(str(turn.get("content") or "") for turn in content)


def _response(response: Response, known: Mapping[str, ResponseRow]) -> ResponseRow:
    kind, author = "unknown", ""
    if response.model:
        kind, author = "model", response.model
    elif response.person:
        kind, author = "person", response.person
    messages = None if isinstance(response.content, str) else response.content
    text = plain_text(response.content)
    content = content_key(text, messages)
    parent = known.get(response.edited_from) if response.edited_from else None
    return ResponseRow(
        key=response_key(kind, author, content),
        content_key=content,
        author_kind=kind,
        author=author,
        content=text,
        messages=messages,
        parent=parent.key if parent else None,
        finish_reason=response.finish_reason or "",
        metadata=response.metadata,
    )


def slot_order(row: ResponseRow) -> tuple[bytes, str, str]:
    """Canonical slots are in (content hash, author) order."""
    return row.content_key, row.author_kind, row.author


def _comparison(prompt: PromptRow, ids: Sequence[str], known: Mapping[str, ResponseRow]) -> ComparisonRow:
    if len(ids) == 1:
        slots: tuple[bytes, ...] = (known[ids[0]].key,)
    else:
        slots = tuple(row.key for row in sorted((known[name] for name in ids), key=slot_order))
    key = comparison_key(slots)
    comparison = prompt.comparisons.get(key)
    if comparison is None:
        comparison = prompt.comparisons[key] = ComparisonRow(key, slots)
    return comparison


def _placed(prompt: PromptRow, ids: Sequence[str], known: Mapping[str, ResponseRow]) -> Placed:
    """Worked out once for all judgments of the same responses, which are most of a line's."""
    comparison = _comparison(prompt, ids, known)
    return comparison, {name: comparison.slots.index(known[name].key) for name in ids}


def _judgment(number: int, said: Judgment, comparison: ComparisonRow, slot: Mapping[str, int]) -> JudgmentRow:
    order = None if said.order is None else [slot[name] for name in said.order]
    ranks, partial, strength = _ranks(said, slot)
    probability = said.probability
    if probability is not None and slot[said.responses[0]] == 1:
        probability = 1 - probability
    return JudgmentRow(
        line=number,
        judge=JudgeName(said.kind, said.judge, said.version),
        round=said.round,
        occasion=said.occasion,
        sample=said.sample,
        order=order,
        order_no=None if order is None else order_number(order),
        ranks=ranks,
        partial=partial,
        strength=strength,
        both_bad=said.both_bad,
        probability=probability,
        ratings={str(slot[name]): _unsigned_zeros(values) for name, values in said.ratings.items()},
        spans=[
            {"slot": slot[span.response], "start": span.start, "end": span.end, "label": span.label, "note": span.note}
            for span in said.spans
        ],
        said=said,
        tally=_tally_key(said, comparison, order),
    )


def _unsigned_zeros(values: Mapping[str, float]) -> dict[str, float]:
    """As PostgreSQL's JSON keeps them: it has no -0.0."""
    return {name: value + 0.0 for name, value in values.items()}


def _ranks(said: Judgment, slot: Mapping[str, int]) -> tuple[list[int] | None, bool, int | None]:
    """Ranks by slot, whether some were left unranked, and the strength where a scale was declared."""
    strength = _strength(said)
    if said.ranking is not None:
        return *_ranks_of_tiers(said.ranking, slot), strength
    if said.preference is None:
        return ([1] * len(slot) if said.both_bad else None), False, None
    first, second = (slot[name] for name in said.responses)
    ranks = [1, 1]
    if said.preference:
        ranks[second if said.preference > 0 else first] = 2
    return ranks, False, strength


def _strength(said: Judgment) -> int | None:
    """None where the judge could only say who won: ±1 without a scale, or on a scale of one point a side."""
    if said.preference is None or ((said.scale or 1) == 1 and abs(said.preference) <= 1):
        return None
    return abs(said.preference)


def _ranks_of_tiers(tiers: Sequence[Sequence[str]], slot: Mapping[str, int]) -> tuple[list[int], bool]:
    ranks = [len(slot)] * len(slot)
    placed = 0
    for tier in tiers:
        for name in tier:
            ranks[slot[name]] = placed + 1
        placed += len(tier)
    return ranks, placed < len(slot)


def _tally_key(said: Judgment, comparison: ComparisonRow, order: list[int] | None) -> str:
    """What a judge's repeats are counted on: the comparison for people, comparison and order for machines."""
    shown = "" if said.kind == "human" or order is None else ",".join(map(str, order))
    where = (said.kind, said.judge, said.version, said.round or "", said.occasion, shown)
    return repr((comparison.key.hex(), *where))


def number_samples(prompt: PromptRow, before: Mapping[str, int]) -> dict[str, int]:
    """Give each judgment without a sample its number in file order; `before` counts those of earlier lines."""
    counts = Counter(before)
    for comparison in prompt.comparisons.values():
        for judgment in comparison.judgments:
            counts[judgment.tally] += 1
            if judgment.sample is None:
                judgment.sample = counts[judgment.tally]
    return dict(counts)
