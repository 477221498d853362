"""Keep labels in step with the judgments: of some comparisons after a submit, of a project after an import."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db import connection, transaction

from core.labels.majority import Decision, Sources, Tier, Vote, decide
from core.models import Project

BATCH = 5_000
VOTES = """
SELECT j.comparison_id, j.project_id, j.k, j.judge_id, g.kind, j.occasion, j.ranks, j.both_bad, j.strength
  FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
 WHERE {where} AND j.k > 1 AND j.live AND j.status = 'submitted' AND j.ranks IS NOT NULL
   AND j.occasion IN ('first', 'review')
 ORDER BY j.comparison_id, j.id
"""
COLUMNS = (
    "comparison_id, project_id, k, question, policy, ranks, undecided, both_bad, probability, margin, strength, tier,"
    " votes"
)
UPSERT = f"""
INSERT INTO core_label AS old ({COLUMNS}, updated) SELECT {COLUMNS}, now() FROM jsonb_to_recordset(%s) AS new (
       comparison_id bigint, project_id bigint, k smallint, question text, policy text, ranks smallint[],
       undecided boolean, both_bad boolean, probability float8, margin float8, strength float8, tier text, votes jsonb)
 ORDER BY comparison_id
    ON CONFLICT (comparison_id, question, policy) DO UPDATE
   SET (ranks, undecided, both_bad, probability, margin, strength, tier, votes, updated) = (EXCLUDED.ranks,
       EXCLUDED.undecided, EXCLUDED.both_bad, EXCLUDED.probability, EXCLUDED.margin, EXCLUDED.strength, EXCLUDED.tier,
       EXCLUDED.votes, now())
 WHERE (old.ranks, old.undecided, old.both_bad, old.probability, old.margin, old.strength, old.tier, old.votes)
       IS DISTINCT FROM (EXCLUDED.ranks, EXCLUDED.undecided, EXCLUDED.both_bad, EXCLUDED.probability, EXCLUDED.margin,
       EXCLUDED.strength, EXCLUDED.tier, EXCLUDED.votes)
"""


def policy_name(sources: Sources) -> str:
    return "majority" if sources == "people_first" else f"majority:{sources}"


def refresh_labels(comparison_ids: Sequence[int], sources: Sources = "people_first") -> int:
    """Label these comparisons by what stands now; returns how many labels changed."""
    return _refresh("j.comparison_id = ANY(%s)", list(comparison_ids), sources)


def refresh_project(project: Project, sources: Sources = "people_first") -> int:
    """Label every judged comparison of the project; returns how many labels changed."""
    return _refresh("j.project_id = %s", project.pk, sources)


@transaction.atomic
def _refresh(where: str, value: Any, sources: Sources) -> int:
    changed = 0
    labels = (_label(votes, sources) for votes in _votes_by_comparison(where, value))
    while batch := list(islice(labels, BATCH)):
        changed += _upsert(batch)
    return changed


def _votes_by_comparison(where: str, value: Any) -> Iterator[list[tuple[Any, ...]]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(VOTES.format(where=where), [value])
        for _, votes in groupby(cursor, key=itemgetter(0)):
            yield list(votes)


def _label(rows: list[tuple[Any, ...]], sources: Sources) -> tuple[object, ...]:
    decision = decide([_vote(row) for row in rows], sources)
    return (*rows[0][:3], "main", policy_name(sources), *_columns(decision))


def _vote(row: tuple[Any, ...]) -> Vote:
    _, _, _, judge, kind, occasion, ranks, both_bad, strength = row
    if occasion == "review":
        return Vote(judge, "review", tuple(ranks), both_bad, strength)
    tier: Tier = "gold" if kind == "gold" else "people" if kind == "human" else "judges"
    return Vote(judge, tier, tuple(ranks), both_bad, strength)


def _columns(decision: Decision) -> tuple[object, ...]:
    ranks = None if decision.ranks is None else list(decision.ranks)
    return (
        ranks,
        ranks is None,
        decision.both_bad,
        decision.probability,
        decision.margin,
        decision.strength,
        decision.tier or "",
        decision.votes,
    )


def _upsert(labels: Iterable[tuple[object, ...]]) -> int:
    names = COLUMNS.split(", ")
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [json.dumps([dict(zip(names, label, strict=True)) for label in labels])])
        return int(cursor.rowcount)
