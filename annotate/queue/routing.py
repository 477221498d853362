"""Who alone is asked about a comparison: its own group, else that of the first rule that matches its prompt's tags."""

from typing import Any

from django.db import connection

from annotate.queue.lines import FRESH
from core.models import Project
from core.signals import routing_changed

# The group of a row `c` of core_comparison; 0 for everybody.
GROUP = """
COALESCE(c.group_id, (SELECT r.group_id FROM core_tagrule r JOIN core_prompt p ON p.id = c.prompt_id
                       WHERE r.project_id = c.project_id AND r.tag = ANY (p.tags)
                       ORDER BY r.number, r.id LIMIT 1), 0)
"""
# Rules apart and prompts joined: asked for each row, as above, a hundred thousand rows take three times as long.
# Rows are locked in the order in which every other statement locks them.
REROUTE = f"""
WITH rule AS MATERIALIZED (
     SELECT tag, group_id, row_number() OVER (ORDER BY number, id) AS place FROM core_tagrule
      WHERE project_id = %(project)s),
quota AS MATERIALIZED (SELECT id, kind, value FROM annotate_quota WHERE project_id = %(project)s),
moved AS MATERIALIZED (
     SELECT q.comparison_id, COALESCE(c.group_id, first.group_id, 0) AS group_id, COALESCE(counting.id, 0) AS quota_id
       FROM annotate_queueitem q JOIN core_comparison c ON c.id = q.comparison_id
       JOIN core_prompt p ON p.id = c.prompt_id
       LEFT JOIN LATERAL (SELECT rule.group_id FROM rule WHERE rule.tag = ANY (p.tags)
                           ORDER BY rule.place LIMIT 1) first ON true
       LEFT JOIN LATERAL (
            SELECT quota.id FROM quota
             WHERE CASE quota.kind WHEN 'tag' THEN quota.value = ANY (p.tags)
                                   ELSE lower(quota.value) = lower(p.language) END
             ORDER BY quota.id LIMIT 1) counting ON true
      WHERE q.project_id = %(project)s
        AND (q.group_id, q.quota_id) <> (COALESCE(c.group_id, first.group_id, 0), COALESCE(counting.id, 0))
      ORDER BY q.comparison_id FOR UPDATE OF q)
UPDATE annotate_queueitem q SET group_id = moved.group_id, quota_id = moved.quota_id, tie = {FRESH}
  FROM moved WHERE q.comparison_id = moved.comparison_id
"""


def reroute(project: Project) -> int:
    """Send every comparison of the queue to the group and the quota that hold it now; returns how many moved."""
    with connection.cursor() as cursor:
        cursor.execute(REROUTE, {"project": project.pk})
        return int(cursor.rowcount)


def _follow(sender: Any, *, project: Project, **_: Any) -> None:
    reroute(project)


def connect() -> None:
    routing_changed.connect(_follow, dispatch_uid="queue follows the rules")
