"""The answers of gold items follow the labels for as long as their version is open.

A label that a reviewer, an imported gold answer or people decided is an answer; what models say never is. The item
points to one judgment that says the same, and adds none: in agreement a person's answer stays that one person's.
"""

from collections.abc import Sequence

from core.bulk import array, fetch
from core.models import GoldSet
from core.rows import ask

TIERS = {"review": "a reviewer’s decision", "gold": "a gold answer of an import", "people": "people’s answers"}
# Whoever closes a version waits until those who answer it are through, and the other way round.
OPEN = """
SELECT g.id FROM core_goldset g WHERE g.closed IS NULL AND g.id IN (
       SELECT i.gold_set_id FROM core_golditem i WHERE i.comparison_id = ANY(%s)) ORDER BY g.id FOR SHARE
"""
KNOWN = """
SELECT l.comparison_id, l.ranks, (
       SELECT min(j.id) FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
        WHERE j.comparison_id = l.comparison_id AND j.live AND j.status = 'submitted' AND j.ranks = l.ranks
          AND g.withdrawn IS NULL AND CASE l.tier WHEN 'review' THEN j.occasion = 'review'
              WHEN 'gold' THEN g.kind = 'gold' AND j.occasion = 'first'
              ELSE g.kind = 'human' AND j.occasion = 'first' END) AS source
  FROM core_label l
 WHERE l.question = 'main' AND l.policy = 'majority' AND NOT l.undecided AND NOT l.both_bad
   AND l.tier IN ('review', 'gold', 'people')
"""
ANSWER = f"""
UPDATE core_golditem i SET ranks = known.ranks, source_id = known.source
  FROM core_golditem mine LEFT JOIN ({KNOWN} AND {{labels}}) known ON known.comparison_id = mine.comparison_id
 WHERE mine.id = i.id AND i.gold_set_id = ANY(%s) AND {{items}}
   AND (i.ranks, i.source_id) IS DISTINCT FROM (known.ranks, known.source) RETURNING i.id
"""
OF_THESE = ANSWER.format(labels="l.comparison_id = ANY(%s)", items="i.comparison_id = ANY(%s)")
OF_SET = ANSWER.format(
    labels="l.comparison_id IN (SELECT comparison_id FROM core_golditem WHERE gold_set_id = ANY(%s))", items="TRUE"
)


def answer_open(comparison_ids: Sequence[int]) -> int:
    """After the labels of these comparisons changed, in that transaction; returns how many items changed."""
    asked = array(comparison_ids)
    sets = [pk for (pk,) in ask(OPEN, [list(comparison_ids)])] if comparison_ids else []
    return len(fetch(OF_THESE, [asked, sets, asked])) if sets else 0


def answer_set(gold_set: GoldSet) -> int:
    """Make the answers of an open version true, in the transaction that holds it."""
    return len(fetch(OF_SET, [[gold_set.pk], [gold_set.pk]]))
