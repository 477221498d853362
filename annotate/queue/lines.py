"""Where a comparison stands in the queue: its line, and its tie in the line.

A line is what has one group, quota, priority and level. Whatever comes into a line, or is open again in it, goes behind
all that is there: its tie is the number of the transaction that put it there. So a person's place only moves forward,
and nothing ever appears behind it; places stop before the oldest transaction that is still under way.
"""

# The tie of what the current statement puts into a line, and the first that nobody may have passed yet.
FRESH = "pg_current_xact_id()::text::bigint"
UNSETTLED = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"

MOST_BREADTH = 100
UNANSWERED = 11
# Tenths of the margin, doubled; comparisons without answers stand behind those whose answers differ, before those whose
# answers agree. A list has no margin: it is decided or not.
DISAGREEMENT = f"""
COALESCE((SELECT CASE WHEN l.margin IS NOT NULL THEN 2 * floor(10 * l.margin) WHEN l.undecided THEN 0 ELSE 20 END
            FROM core_label l
           WHERE l.comparison_id = {{comparison}} AND l.question = 'main' AND l.policy = 'majority'), {UNANSWERED})
"""


def level(strategy: str, held: str, comparison: str) -> str:
    """SQL: the level of a comparison under the strategy, when so many of its places are taken."""
    return f"""(CASE {strategy} WHEN 'breadth' THEN LEAST({held}, {MOST_BREADTH})
                     WHEN 'disagreement' THEN {DISAGREEMENT.format(comparison=comparison)} ELSE 0 END)::smallint"""


# The quota of a row `c` of core_comparison: the first that matches its prompt; 0 for none.
QUOTA = """
COALESCE((SELECT u.id FROM annotate_quota u JOIN core_prompt p ON p.id = c.prompt_id
           WHERE u.project_id = c.project_id
             AND CASE u.kind WHEN 'tag' THEN u.value = ANY (p.tags) ELSE lower(u.value) = lower(p.language) END
           ORDER BY u.id LIMIT 1), 0)
"""
