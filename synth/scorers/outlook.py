"""What measuring would take, before anything is asked."""

from collections.abc import Mapping

from core.bulk import fetch
from core.models import Project
from synth.costing import planned_cost, tokens_of
from synth.scorers.customising import typical_length
from synth.targets import Target

# Texts of the first prompts by their keys, which are a random sample of them: the same one each time.
SAMPLE = 2_000
COUNTS = """
SELECT count(*) FILTER (WHERE r.content <> '' AND r.messages IS NULL),
       count(DISTINCT r.prompt_id) FILTER (WHERE r.content <> '' AND r.messages IS NULL),
       count(*) FILTER (WHERE r.content = '' OR r.messages IS NOT NULL)
  FROM core_response r JOIN core_prompt p ON p.id = r.prompt_id
 WHERE r.project_id = %s AND r.withdrawn IS NULL AND r.erased IS NULL AND p.withdrawn IS NULL AND p.erased IS NULL
"""
LENGTHS = """
SELECT COALESCE(avg(length(p.messages::text) + length(COALESCE(p.system, '')) + length(p.contexts::text)), 0)::float8,
       COALESCE(avg(length(r.content)), 0)::float8
  FROM (SELECT * FROM core_prompt WHERE project_id = %s AND withdrawn IS NULL AND erased IS NULL
         ORDER BY key LIMIT %s) p
  JOIN core_response r ON r.prompt_id = p.id AND r.withdrawn IS NULL AND r.erased IS NULL
   AND r.content <> '' AND r.messages IS NULL
"""


def outlook(project: Project, targets: Mapping[str, Target], texts: int) -> dict[str, float]:
    """Responses, calls, tokens and cost, by name; the last two are about as much."""
    ((responses, prompts, left_out),) = fetch(COUNTS, [project.pk])
    ((asked, answered),) = fetch(LENGTHS, [project.pk, SAMPLE])
    router = targets.get("router")
    measured = round(responses * (asked + answered + (typical_length(texts) if router else 0)))
    routed = round(prompts * asked)
    costs = [planned_cost(targets[role], measured, responses, 0) for role in ("strong", "weak")]
    costs += [planned_cost(router, routed, prompts, 1)] if router else []
    return {
        "responses": responses,
        "empty or of several messages": left_out,
        "calls": 2 * responses + (prompts if router else 0),
        "tokens, about": 2 * tokens_of(measured) + (tokens_of(routed) if router else 0),
        "cost, about": round(float(sum(costs)), 4),
    }
