"""The next comparison of the queue for a person: one statement finds it, takes a place at it and notes theirs.

What it reads depends neither on the length of the queue nor on what the person has seen: it begins at their place in
each line. OFFSET 0 keeps the subqueries subplans when statistics are stale.
"""

from collections.abc import Sequence
from functools import cache

from annotate.queue.lines import FRESH, UNSETTLED, level
from core.bulk import array
from core.models import Project, User
from core.rows import Ask, Rows, ask_together

BEFORE_ALL = (-32767, -1)

# The first comparison of one line, from a place on, that the person has not seen. Of an earlier round neither.
UNSEEN = """
SELECT q.comparison_id, q.tie FROM annotate_queueitem q
 WHERE q.project_id = %(project)s AND q.group_id = line.group_id AND q.quota_id = line.quota_id
   AND q.priority = {at}.priority AND q.level = {at}.level AND q.is_open
   AND (q.tie, q.comparison_id) >= ({tie}, {comparison})
   AND NOT EXISTS (SELECT FROM annotate_assignment a
                    WHERE a.person_id = %(person)s AND a.comparison_id = q.comparison_id
                      AND a.state <> 'lapsed' OFFSET 0)
 ORDER BY q.tie, q.comparison_id LIMIT 1
"""
# Of one group and quota, priority by priority and level by level, until one has something for the person: its head.
WALK = f"""
WITH RECURSIVE walk (priority, level, tie, comparison_id) AS (
     SELECT %(after_priority)s::smallint, %(after_level)s::smallint, NULL::bigint, NULL::bigint
      UNION ALL
     SELECT following.priority, following.level, head.tie, head.comparison_id
       FROM walk
      CROSS JOIN LATERAL (
            SELECT q.priority, q.level FROM annotate_queueitem q
             WHERE q.project_id = %(project)s AND q.group_id = line.group_id AND q.quota_id = line.quota_id
               AND q.is_open AND (q.priority, q.level) > (walk.priority, walk.level)
             ORDER BY q.priority, q.level LIMIT 1) following
       LEFT JOIN annotate_place at ON at.person_id = %(person)s AND at.project_id = %(project)s
                                  AND at.group_id = line.group_id AND at.quota_id = line.quota_id
                                  AND at.priority = following.priority AND at.level = following.level
       LEFT JOIN LATERAL (
            {UNSEEN.format(at="following", tie="COALESCE(at.tie, -1)", comparison="COALESCE(at.comparison_id, 0)")}
            ) head ON true
      WHERE walk.comparison_id IS NULL)
SELECT * FROM walk WHERE (priority, level) > (%(after_priority)s, %(after_level)s)
"""
# The most urgent that nobody else is taking at this moment, and the most urgent of all, whoever is taking it.
PASSES = f"""
SELECT unseen.comparison_id, line.quota_id
  FROM line CROSS JOIN LATERAL (
       {UNSEEN.format(at="line", tie="line.tie", comparison="line.comparison_id")} FOR UPDATE OF q SKIP LOCKED) unseen
 LIMIT 1
"""
WAITS = """
SELECT q.comparison_id, q.quota_id
  FROM annotate_queueitem q WHERE q.comparison_id = (SELECT comparison_id FROM line LIMIT 1) AND q.is_open FOR UPDATE
"""
# What turns out to be taken when its lock is there stays locked, so a statement that waits locks no other row of the
# queue before. A full quota closes its lines, but only its lock says that it is full.
CLAIM = f"""
WITH walked AS MATERIALIZED (
     SELECT line.group_id, line.quota_id, step.*
       FROM (SELECT g.id AS group_id, u.id AS quota_id
               FROM unnest(%(groups)s::bigint[]) g (id)
              CROSS JOIN (SELECT 0::bigint AS id UNION ALL
                          SELECT id FROM annotate_quota WHERE project_id = %(project)s AND used < most) u) line
      CROSS JOIN LATERAL ({WALK}) step),
line AS MATERIALIZED (
     SELECT * FROM walked WHERE comparison_id IS NOT NULL ORDER BY priority, level, tie, comparison_id),
pick AS MATERIALIZED ({{pick}}),
room AS MATERIALIZED (
     SELECT u.id FROM annotate_quota u
      WHERE u.id = (SELECT quota_id FROM pick) AND u.used < u.most FOR NO KEY UPDATE),
taken AS (
     UPDATE annotate_queueitem q SET held = q.held + 1, level = {{level}},
            tie = CASE WHEN q.level = {{level}} THEN q.tie ELSE {FRESH} END
      WHERE q.comparison_id = (SELECT comparison_id FROM pick)
        AND (q.quota_id = 0 OR q.quota_id = (SELECT id FROM room)) RETURNING q.comparison_id),
moved AS (
     INSERT INTO annotate_place AS old (person_id, project_id, group_id, quota_id, priority, level, tie, comparison_id)
     SELECT %(person)s, %(project)s, group_id, quota_id, priority, level,
            LEAST(tie, settled), CASE WHEN tie < settled THEN comparison_id ELSE 0 END
       FROM walked CROSS JOIN (SELECT {UNSETTLED} AS settled) now
         ON CONFLICT (person_id, project_id, group_id, quota_id, priority, level)
         DO UPDATE SET tie = EXCLUDED.tie, comparison_id = EXCLUDED.comparison_id
      WHERE (old.tie, old.comparison_id) < (EXCLUDED.tie, EXCLUDED.comparison_id))
SELECT NULLIF(set_config('preferee.taken', COALESCE((SELECT comparison_id FROM taken)::text, ''), true), '')::bigint,
       line.priority, line.level
  FROM line LIMIT 1
"""
# What the transaction has taken last, for statements that go to the server together with the claim.
TAKEN = "NULLIF(current_setting('preferee.taken', true), '')::bigint"


class Overtaken(Exception):
    """Others were faster at this very moment. The transaction has to end, for it may hold rows that they wait for; the
    next one sees what they left.
    """


def claim(
    person: User, project: Project, groups: Sequence[int], *beside: Ask, waits: bool
) -> tuple[int | None, list[Rows]]:
    """The comparison at which the person has a place now; None where no line of these groups has one for them.

    What others are taking at this very moment is passed over; where it `waits`, it waits for the most urgent instead,
    and nothing of the queue may be locked before. Raises Overtaken where they took all. `beside` are statements about
    what is `TAKEN`; their rows come with it.
    """
    named = {"project": project.pk, "person": person.pk, "groups": array(groups), "strategy": project.strategy}
    after = BEFORE_ALL
    while True:
        along = {**named, "after_priority": after[0], "after_level": after[1]}
        rows, *others = ask_together((statement(project.strategy, waits=waits), along), *beside)
        if rows and rows[0][0] is not None:
            return rows[0][0], others
        if not rows and after == BEFORE_ALL:
            return None, []
        if not rows or waits:
            raise Overtaken
        after = rows[0][1:]


@cache
def statement(strategy: str, *, waits: bool) -> str:
    """On one line, for psycopg reads a statement of more than 4,096 characters anew each time."""
    # Most projects have no levels, and then nothing is worked out for them.
    at = "0" if strategy == "priority" else level("%(strategy)s", "q.held + 1", "q.comparison_id")
    return " ".join(CLAIM.format(pick=WAITS if waits else PASSES, level=at).split())
