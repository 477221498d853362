"""Keep labels in step with the judgments: of some comparisons after a submit, of a project after an import."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import msgspec
from django.db import transaction

from core.bulk import array, copy_rows, fetch, stream
from core.facts.marking import MARK, mark_judged
from core.gold.answering import answer_open
from core.labels.majority import Ranks, Sources, Tier, Vote, decide
from core.models import Project
from core.rows import ask, ask_together
from core.signals import labels_changed

BATCH = 5_000
ROWS_A_FETCH = 10_000
COUNTED = "j.k > 1 AND j.live AND j.status = 'submitted' AND j.ranks IS NOT NULL AND j.occasion IN ('first', 'review')"
# What is withdrawn has no vote and no label: a comparison, or all that a judge has said. Nor has who is barred.
STANDS = "g.withdrawn IS NULL AND g.barred IS NULL"
VOTES = f"""
SELECT j.comparison_id, j.project_id, j.k, j.judge_id, g.kind, j.occasion, j.ranks, j.both_bad, j.strength
  FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
 WHERE {{where}} AND {COUNTED} AND {STANDS} ORDER BY j.comparison_id, j.id
"""
OF_COMPARISONS = VOTES.format(
    where="""j.comparison_id = ANY(%s::bigint[]) AND EXISTS (
       SELECT FROM core_comparison c WHERE c.id = j.comparison_id AND c.withdrawn IS NULL)"""
)
COLUMNS = (
    "comparison_id, project_id, k, question, policy, ranks, undecided, both_bad, probability, margin, strength, tier,"
    " votes"
)
OF_PROJECT = """j.project_id = %(project)s AND j.comparison_id NOT IN (
       SELECT c.id FROM core_comparison c WHERE c.project_id = %(project)s AND c.withdrawn IS NOT NULL)"""
# Whoever labels a comparison holds its row first: of two who add votes at once, the later one then sees both.
LOCK = "SELECT FROM core_comparison WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
LABELLED = "core_label l WHERE l.question = 'main' AND l.policy = %s"
STORED = f"SELECT {COLUMNS.replace('votes', 'votes::text')} FROM {LABELLED} AND l.comparison_id = ANY(%s)"
VOTELESS = f"""
SELECT l.comparison_id FROM {LABELLED} AND l.project_id = %s AND NOT EXISTS (
       SELECT FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
        WHERE j.comparison_id = l.comparison_id AND {COUNTED} AND {STANDS})
 UNION
SELECT c.id FROM core_comparison c WHERE c.project_id = %s AND c.withdrawn IS NOT NULL
   AND EXISTS (SELECT FROM {LABELLED} AND l.comparison_id = c.id)
"""
UPSERT = f"""
INSERT INTO core_label AS old ({COLUMNS}, updated) {{rows}}
    ON CONFLICT (comparison_id, question, policy) DO UPDATE
   SET (ranks, undecided, both_bad, probability, margin, strength, tier, votes, updated) = (EXCLUDED.ranks,
       EXCLUDED.undecided, EXCLUDED.both_bad, EXCLUDED.probability, EXCLUDED.margin, EXCLUDED.strength, EXCLUDED.tier,
       EXCLUDED.votes, now())
 WHERE (old.ranks, old.undecided, old.both_bad, old.probability, old.margin, old.strength, old.tier, old.votes)
       IS DISTINCT FROM (EXCLUDED.ranks, EXCLUDED.undecided, EXCLUDED.both_bad, EXCLUDED.probability, EXCLUDED.margin,
       EXCLUDED.strength, EXCLUDED.tier, EXCLUDED.votes)
RETURNING comparison_id
"""
MANY = f"""
SELECT {COLUMNS}, now() FROM jsonb_to_recordset(%(labels)s) AS new (
       comparison_id bigint, project_id bigint, k smallint, question text, policy text, ranks smallint[],
       undecided boolean, both_bad boolean, probability float8, margin float8, strength float8, tier text, votes jsonb)
 ORDER BY comparison_id
"""
# Which labels changed, and whether a gold set asks about the comparison; the facts of those that were judged are stale.
STORE = f"""
WITH labelled AS ({UPSERT.format(rows=MANY)}), marked AS ({MARK})
SELECT l.comparison_id, EXISTS (SELECT FROM core_golditem i WHERE i.comparison_id = l.comparison_id) FROM labelled l
"""

Row = tuple[Any, ...]
Label = tuple[Any, ...]  # in the order of COLUMNS


def policy_name(sources: Sources) -> str:
    return "majority" if sources == "people_first" else f"majority:{sources}"


@transaction.atomic(savepoint=False)
def refresh_labels(
    comparison_ids: Sequence[int],
    sources: Sources = "people_first",
    *,
    judged: bool = True,
    tell: bool = True,
) -> int:
    """Label these comparisons by what stands now; returns how many labels changed. Belongs after the judgments.

    Their facts are stale then: of all, or where nothing was `judged`, of those whose label changed. Answers of
    open gold items follow the labels.
    """
    asked = [array(comparison_ids)]
    _, votes = ask_together((LOCK, asked), (OF_COMPARISONS, asked))
    labels = list(labels_of(votes, sources))
    changed, in_gold = _store(labels, comparison_ids if judged else [])
    if voteless := sorted(set(comparison_ids) - {label[0] for label in labels}):
        gone = _delete(voteless, sources)
        changed, in_gold = changed + gone, in_gold + gone
    if sources == "people_first":
        answer_open(in_gold)
        if changed and tell:
            transaction.on_commit(lambda: labels_changed.send(None, comparison_ids=changed))
    if not judged:
        mark_judged(changed)
    return len(changed)


def label_new(votes: Iterable[Row]) -> None:
    """Label comparisons that are being added, by their counted votes (the columns of VOTES, one comparison's together).

    Nobody else knows these comparisons yet, so nothing is locked, read or replaced.
    """
    labels = (
        (*label[:-1], msgspec.json.encode(label[-1]).decode(), "now") for label in labels_of(votes, "people_first")
    )
    copy_rows(f"core_label ({COLUMNS}, updated)", labels)


def refresh_project(project: Project, sources: Sources = "people_first") -> int:
    """Label every judged comparison of the project; returns how many labels changed. Locks only those that do."""
    changed = 0
    votes = stream(VOTES.format(where=OF_PROJECT), {"project": project.pk}, size=ROWS_A_FETCH)
    labels = labels_of(votes, sources)
    while batch := list(islice(labels, BATCH)):
        changed += refresh_labels(_differing(batch, sources), sources)
    policy = policy_name(sources)
    voteless = fetch(VOTELESS, [policy, project.pk, project.pk, policy])
    return changed + refresh_labels([pk for (pk,) in voteless], sources)


def labels_of(votes: Iterable[Row], sources: Sources) -> Iterator[Label]:
    """By votes, which are rows of VOTES, those of one comparison together."""
    return (_label(list(rows), sources) for _, rows in groupby(votes, key=itemgetter(0)))


def _differing(labels: Sequence[Label], sources: Sources) -> list[int]:
    rows = fetch(STORED, [policy_name(sources), [label[0] for label in labels]])
    stored = {row[0]: (*row[:-1], msgspec.json.decode(row[-1])) for row in rows}
    return [label[0] for label in labels if stored.get(label[0]) != label]


def _label(rows: list[tuple[Any, ...]], sources: Sources) -> Label:
    number = {judge: at for at, judge in enumerate(sorted({row[3] for row in rows}))}
    said = tuple((number[row[3]], *row[4:6], tuple(row[6]), *row[7:]) for row in rows)
    return (*rows[0][:3], "main", policy_name(sources), *_columns(said, sources))


def _vote(judge: int, kind: str, occasion: str, ranks: Ranks, both_bad: bool, strength: int | None) -> Vote:
    if occasion == "review":
        return Vote(judge, "review", ranks, both_bad, strength)
    tier: Tier = "gold" if kind == "gold" else "people" if kind == "human" else "judges"
    return Vote(judge, tier, ranks, both_bad, strength)


@lru_cache(maxsize=10_000)
def _columns(said: tuple[Row, ...], sources: Sources) -> tuple[object, ...]:
    """Kept, because many comparisons have the same votes once their judges are numbered from 0, in order."""
    decision = decide([_vote(*row) for row in said], sources)
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


def _store(labels: Sequence[Label], judged: Sequence[int]) -> tuple[list[int], list[int]]:
    """Ids of the comparisons whose label changed, and of those among them that a gold set asks about."""
    names = COLUMNS.split(", ")
    rows = msgspec.json.encode([dict(zip(names, label, strict=True)) for label in labels]).decode()
    stored = ask(STORE, {"labels": rows, "judged": array(judged)})
    return [pk for pk, _ in stored], [pk for pk, is_gold in stored if is_gold]


def _delete(comparison_ids: Sequence[int], sources: Sources) -> list[int]:
    """Ids of the comparisons that had a label."""
    gone = f"DELETE FROM {LABELLED} AND l.comparison_id = ANY(%s) RETURNING l.comparison_id"
    return [pk for (pk,) in fetch(gone, [policy_name(sources), list(comparison_ids)])]
