"""Labels with a winner → rows for TRL's DPOTrainer: explicit prompt, conversational."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec
import pyarrow as pa

from core.bulk import Values, array, fetch, stream
from core.exports.conversations import MESSAGES, PROMPTS, RESPONSES, Options, answer_of, author_of, prompt_of
from core.models import Project

ROWS_A_BATCH = 1_000
BEGINNING = 100  # characters

SCHEMA = pa.schema([("prompt", MESSAGES), ("chosen", MESSAGES), ("rejected", MESSAGES), ("lineage", pa.string())])

# Best against worst of each label, keys only: a sort that carried the texts would spill them to the disk.
KEYS = """
SELECT l.comparison_id, p.id, best.response_id, worst.response_id
  FROM core_label l
  JOIN core_comparison c ON c.id = l.comparison_id
  JOIN core_prompt p ON p.id = c.prompt_id
  JOIN core_candidate best ON best.comparison_id = c.id AND best.slot = array_position(l.ranks, 1::smallint) - 1
  JOIN core_candidate worst ON worst.comparison_id = c.id
   AND worst.slot = array_position(l.ranks, (SELECT max(r) FROM unnest(l.ranks) r)) - 1
 WHERE l.project_id = %(project)s AND l.question = 'main' AND l.policy = %(policy)s
   AND c.withdrawn IS NULL AND NOT l.undecided AND NOT 1 = ALL (l.ranks) AND COALESCE(l.margin, 1) >= %(min_margin)s
 ORDER BY p.key, c.key
"""
LABELS = """
SELECT l.comparison_id, encode(c.key, 'hex'), l.policy, l.tier, l.probability, l.margin, l.strength, l.votes::text
  FROM core_label l JOIN core_comparison c ON c.id = l.comparison_id
 WHERE l.comparison_id = ANY(%(comparisons)s) AND l.question = 'main' AND l.policy = %(policy)s
"""
VOTES = """
SELECT j.comparison_id, g.kind, g.name, g.version, COALESCE(r.name, ''), j.occasion, j.sample, j.ranks, j.strength,
       j.both_bad
  FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id LEFT JOIN core_round r ON r.id = j.round_id
 WHERE j.comparison_id = ANY(%s) AND j.live AND j.status = 'submitted' AND j.ranks IS NOT NULL
   AND g.withdrawn IS NULL AND g.barred IS NULL
 ORDER BY j.comparison_id, g.kind, g.name COLLATE "C", g.version COLLATE "C", r.name COLLATE "C", j.occasion,
       j."order", j.sample
"""


@dataclass(slots=True)
class Row:
    split: str
    values: dict[str, Any]

    @property
    def is_distinct(self) -> bool:
        """Whether chosen and rejected differ by more than white space."""
        return _differ(self.values["chosen"], self.values["rejected"])


def rows(project: Project, options: Options) -> Iterator[list[Row]]:
    """The rows in batches, in the order of prompt hash and comparison hash."""
    named: Values = {"project": project.pk, "policy": options.policy, "min_margin": options.min_margin}
    keys = stream(KEYS, named, size=ROWS_A_BATCH)
    while batch := list(islice(keys, ROWS_A_BATCH)):
        yield _batch(batch, options)


def _batch(keys: Sequence[tuple[int, int, int, int]], options: Options) -> list[Row]:
    comparisons = array(key[0] for key in keys)
    prompts = {row[0]: prompt_of(row, options) for row in fetch(PROMPTS, [array({key[1] for key in keys})])}
    ids = array({response for key in keys for response in key[2:]})
    responses = {row[0]: row[1:] for row in fetch(RESPONSES, [ids])}
    labels = {row[0]: row[1:] for row in fetch(LABELS, {"comparisons": comparisons, "policy": options.policy})}
    votes = _votes(comparisons)
    return [
        _row(prompts[prompt], responses[best], responses[worst], labels[comparison], votes[comparison])
        for comparison, prompt, best, worst in keys
    ]


def _votes(comparisons: str) -> dict[int, list[dict[str, Any]]]:
    votes: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for comparison, kind, judge, version, round_name, occasion, sample, ranks, strength, both_bad in fetch(
        VOTES, [comparisons]
    ):
        vote = {"kind": kind, "judge": judge, "version": version, "round": round_name, "occasion": occasion}
        vote |= {"sample": sample, "ranks": ranks, "strength": strength, "both_bad": both_bad}
        votes[comparison].append(vote)
    return votes


def _row(
    prompt: tuple[str, list[dict[str, str]], str],
    best: tuple[Any, ...],
    worst: tuple[Any, ...],
    label: tuple[Any, ...],
    votes: list[dict[str, Any]],
) -> Row:
    key, messages, split = prompt
    comparison, policy, tier, probability, margin, strength, counted = label
    lineage = {
        "prompt": key,
        "comparison": comparison,
        "chosen": author_of(best),
        "rejected": author_of(worst),
        "label": {"policy": policy, "tier": tier, "probability": probability, "margin": margin, "strength": strength},
        "votes": msgspec.json.decode(counted),
        "judgments": votes,
    }
    values = {
        "prompt": messages,
        "chosen": answer_of(best),
        "rejected": answer_of(worst),
        "lineage": msgspec.json.encode(lineage).decode(),
    }
    return Row(split, values)


def _differ(first: Sequence[Mapping[str, str]], second: Sequence[Mapping[str, str]]) -> bool:
    """Most texts differ at their beginnings; only where those say nothing are they squeezed whole."""
    for one, other in zip(_squeezed(first, BEGINNING), _squeezed(second, BEGINNING), strict=False):
        if not one.startswith(other) and not other.startswith(one):
            return True
    return _squeezed(first) != _squeezed(second)


def _squeezed(messages: Sequence[Mapping[str, str]], length: int | None = None) -> list[str]:
    return ["".join(message["content"][:length].split()) for message in messages]
