"""Whose turn it is: a bell calls a worker, and the worker goes where the fewest others are.

Bells are served first come, first served. Were each of them for its own stage alone, the workers that a long run has
called would never come to one that began later.
"""

from core.bulk import fetch
from core.runs.leases import CLAIMABLE

NEEDIEST = f"""
SELECT g.id FROM core_stage g JOIN core_run r ON r.id = g.run_id
 WHERE g.state = 'running' AND r.state = 'running'
   AND g.queue = (SELECT queue FROM core_stage WHERE id = %(stage)s)
   AND EXISTS (SELECT FROM core_shard s WHERE s.stage_id = g.id AND {CLAIMABLE})
 ORDER BY (SELECT count(*) FROM core_shard s
            WHERE s.stage_id = g.id AND s.state = 'leased' AND s.lease_until >= clock_timestamp()),
       g.id = %(stage)s DESC, g.id
 LIMIT 1
"""
OPEN = f"""
SELECT count(*) FROM (
  SELECT FROM core_shard s JOIN core_stage g ON g.id = s.stage_id JOIN core_run r ON r.id = g.run_id
   WHERE g.id = %(stage)s AND g.state = 'running' AND r.state = 'running' AND {CLAIMABLE}
   LIMIT %(limit)s) shard
"""


def whose_turn(stage_id: int) -> int:
    """The stage of the same queue that has work and the fewest workers; the one rung for where all have as many."""
    rows = fetch(NEEDIEST, {"stage": stage_id})
    return rows[0][0] if rows else stage_id


def claimable(stage_id: int, *, more_than: int) -> bool:
    """Whether that stage has more shards to claim than this many."""
    ((count,),) = fetch(OPEN, {"stage": stage_id, "limit": more_than + 1})
    return bool(count > more_than)
