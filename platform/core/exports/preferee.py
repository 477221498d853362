"""A project → the interchange format. Nothing of the database shows: order and names come from the content.

What is withdrawn is left out: prompts, responses, comparisons, and what judges said.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from core.bulk import fetch, stream
from core.importing.interchange import Context, Judgment, Line, Response, Score, Span
from core.models import Project

PROMPTS_A_BATCH = 500
LONG = re.compile("[0-9]{19}")

PROMPT_IDS = "SELECT id FROM core_prompt WHERE project_id = %s AND withdrawn IS NULL ORDER BY key"
PROMPTS = """
SELECT id, messages::text, system, reference, contexts::text, metadata::text, tags FROM core_prompt
 WHERE id = ANY(%s) ORDER BY key
"""
RESPONSES = """
SELECT prompt_id, id, author_kind, author, content, messages::text, parent_id, finish_reason, metadata::text
  FROM core_response WHERE prompt_id = ANY(%s) AND withdrawn IS NULL
 ORDER BY prompt_id, author_kind, author COLLATE "C", content_key
"""
COMPARISONS = """
SELECT c.prompt_id, c.id, array_agg(n.response_id ORDER BY n.slot)
  FROM core_comparison c JOIN core_candidate n ON n.comparison_id = c.id
 WHERE c.prompt_id = ANY(%s) AND c.withdrawn IS NULL GROUP BY c.prompt_id, c.id
"""
JUDGMENTS = """
SELECT c.prompt_id, j.comparison_id, g.name, g.kind, g.version, r.name, j.occasion, j.sample, j.status, j."order",
       j.ranks, j.partial, j.strength, j.both_bad, j.probability, j.confidence, j.answers::text, j.ratings::text,
       j.spans::text, j.rationale, j.raw, j.touched, j.wall_ms, j.active_ms,
       to_char(j.created AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
  FROM core_judgment j JOIN core_comparison c ON c.id = j.comparison_id JOIN core_judge g ON g.id = j.judge_id
  LEFT JOIN core_round r ON r.id = j.round_id
 WHERE c.prompt_id = ANY(%s) AND j.live AND c.withdrawn IS NULL AND g.withdrawn IS NULL
 ORDER BY g.kind, g.name COLLATE "C", g.version COLLATE "C", r.name COLLATE "C", j.occasion, j."order", j.sample
"""
SCORES = """
SELECT r.prompt_id, r.id, s.scorer, s.value, s.parts::text
  FROM core_score s JOIN core_response r ON r.id = s.response_id
 WHERE r.prompt_id = ANY(%s) AND r.withdrawn IS NULL
"""

Row = tuple[Any, ...]
Names = dict[int, str]
Ratings = dict[str, dict[str, float]]  # by slot; whole ones are written as an import has them, with their fraction


def lines(project: Project) -> Iterator[list[Line]]:
    """The project's lines in batches, by prompt hash."""
    ids = (pk for (pk,) in stream(PROMPT_IDS, [project.pk]))
    while batch := list(islice(ids, PROMPTS_A_BATCH)):
        yield _batch(batch)


def _batch(ids: list[int]) -> list[Line]:
    responses, comparisons = _by_prompt(RESPONSES, ids), _by_prompt(COMPARISONS, ids)
    judgments, scores = _by_prompt(JUDGMENTS, ids), _by_prompt(SCORES, ids)
    return [
        _line(prompt, responses[prompt[0]], comparisons[prompt[0]], judgments[prompt[0]], scores[prompt[0]])
        for prompt in fetch(PROMPTS, [ids])
    ]


def _by_prompt(sql: str, ids: list[int]) -> dict[int, list[Row]]:
    rows: dict[int, list[Row]] = defaultdict(list)
    for prompt, *row in fetch(sql, [ids]):
        rows[prompt].append(tuple(row))
    return rows


def _line(prompt: Row, responses: list[Row], comparisons: list[Row], judgments: list[Row], scores: list[Row]) -> Line:
    _, messages, system, reference, contexts, metadata, tags = prompt
    names = {row[0]: f"r{number}" for number, row in enumerate(responses, start=1)}
    slots = {pk: [names[response] for response in members] for pk, members in comparisons}
    judged = {row[0] for row in judgments}
    return Line(
        prompt=_prompt(_value(messages)),
        system=system,
        reference=reference,
        contexts=msgspec.json.decode(contexts, type=list[Context]),
        metadata=_value(metadata),
        tags=tags,
        responses=[_response(row, names) for row in responses],
        comparisons=sorted(ids for pk, ids in slots.items() if pk not in judged),
        scores=[
            Score(scorer=scorer, response=names[response], value=value, parts=_value(parts))
            for response, scorer, value, parts in sorted(scores, key=lambda row: (names[row[0]], row[1]))
        ],
        judgments=[_judgment(row, slots[row[0]]) for row in sorted(judgments, key=lambda row: slots[row[0]])],
    )


def _prompt(messages: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    if len(messages) == 1 and messages[0].keys() == {"role", "content"} and messages[0]["role"] == "user":
        return str(messages[0]["content"])
    return messages


def _response(row: Row, names: Names) -> Response:
    pk, author_kind, author, content, messages, parent, finish_reason, metadata = row
    return Response(
        id=names[pk],
        content=content if messages is None else _value(messages),
        model=author if author_kind == "model" else None,
        person=author if author_kind == "person" else None,
        edited_from=names.get(parent),
        finish_reason=finish_reason or None,
        metadata=_value(metadata),
    )


def _judgment(row: Row, slots: Sequence[str]) -> Judgment:
    (_, judge, kind, version, round_name, occasion, sample, status, order, ranks, partial, strength, both_bad) = row[
        :13
    ]
    probability, confidence, answers, ratings, spans, rationale, raw, touched, wall_ms, active_ms, created = row[13:]
    return Judgment(
        judge=judge,
        kind=kind,
        responses=list(slots),
        version=version,
        order=None if order is None else [slots[slot] for slot in order],
        round=round_name,
        occasion=occasion,
        sample=sample,
        status=status,
        preference=_preference(ranks, strength) if len(slots) == 2 else None,
        scale=None if strength is None else 3,
        ranking=_ranking(ranks, partial, slots) if len(slots) != 2 or partial else None,
        both_bad=both_bad,
        answers=_value(answers),
        ratings={slots[int(slot)]: values for slot, values in msgspec.json.decode(ratings, type=Ratings).items()},
        spans=[
            Span(slots[span["slot"]], span["start"], span["end"], span["label"], span.get("note", ""))
            for span in msgspec.json.decode(spans)
        ],
        probability=probability,
        confidence=confidence,
        rationale=rationale,
        raw=raw,
        touched=touched,
        duration_ms=wall_ms,
        active_ms=active_ms,
        created=created,
    )


def _value(text: str) -> Any:
    """JSON as the database spells it, where 1e30 is thirty-one digits: what fits no 64 bits is a fraction again."""
    value = msgspec.json.decode(text)
    return _short(value) if LONG.search(text) else value


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_short(inner) for inner in value]
    return float(value) if isinstance(value, int) and not -(2**63) <= value < 2**63 else value


def _preference(ranks: list[int] | None, strength: int | None) -> int | None:
    if ranks is None:
        return None
    if ranks[0] == ranks[1]:
        return 0
    return (1 if ranks[0] < ranks[1] else -1) * (strength or 1)


def _ranking(ranks: list[int] | None, partial: bool, slots: Sequence[str]) -> list[list[str]] | None:
    """Tiers, best first; what was left unranked stands last and is left out."""
    if ranks is None:
        return None
    tiers: dict[int, list[str]] = defaultdict(list)
    for name, rank in zip(slots, ranks, strict=True):
        if not (partial and rank == len(slots)):
            tiers[rank].append(name)
    return [tiers[rank] for rank in sorted(tiers)]
