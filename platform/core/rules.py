"""How many comparisons each tag rule holds, and which tags there are to bind."""

from collections.abc import Mapping

from core.bulk import fetch
from core.models import Project

# The first rule that matches a prompt holds its comparisons, but not those that were given to a group by themselves.
HELD = """
WITH rule AS MATERIALIZED (
     SELECT id, tag, row_number() OVER (ORDER BY number, id) AS place FROM core_tagrule WHERE project_id = %(project)s)
SELECT first.id, count(*)
  FROM core_prompt p
 CROSS JOIN LATERAL (SELECT rule.id FROM rule WHERE rule.tag = ANY (p.tags) ORDER BY rule.place LIMIT 1) first
  JOIN core_comparison c ON c.prompt_id = p.id
 WHERE p.project_id = %(project)s AND p.tags && (SELECT array_agg(tag) FROM rule)
   AND c.group_id IS NULL AND c.withdrawn IS NULL
 GROUP BY first.id
"""
# Of some prompts: a list to choose from need not be whole.
TAGS = """
SELECT DISTINCT unnest(tags) FROM (
       SELECT tags FROM core_prompt WHERE project_id = %(project)s AND tags <> '{}' LIMIT 5000) few
 ORDER BY 1 LIMIT 200
"""


def held_by_rules(project: Project) -> Mapping[int, int]:
    """By the rule's primary key; a rule that holds none is missing."""
    return dict(fetch(HELD, {"project": project.pk}))


def some_tags(project: Project) -> list[str]:
    return [tag for (tag,) in fetch(TAGS, {"project": project.pk})]
