"""What measuring would take, before anything is asked."""

from collections.abc import Mapping

from core.bulk import fetch
from core.models import Project
from synth.models import Endpoint
from synth.scorers.customising import typical_length

CHARACTERS_A_TOKEN = 4
MILLION = 1_000_000
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


def outlook(project: Project, endpoints: Mapping[str, Endpoint], texts: int) -> dict[str, float]:
    """Responses, calls, tokens and cost, by name. Tokens are taken from the lengths of texts, four characters each."""
    ((responses, prompts, left_out),) = fetch(COUNTS, [project.pk])
    ((asked, answered),) = fetch(LENGTHS, [project.pk, SAMPLE])
    router = endpoints.get("router")
    added = typical_length(texts) if router else 0
    tokens = responses * (asked + added + answered) / CHARACTERS_A_TOKEN
    routed = prompts * asked / CHARACTERS_A_TOKEN if router else 0
    prices = [(endpoints[role].price_in, tokens) for role in ("strong", "weak")]
    prices += [(router.price_in, routed)] if router else []
    return {
        "responses": responses,
        "empty or of several messages": left_out,
        "calls": 2 * responses + (prompts if router else 0),
        "tokens, about": round(2 * tokens + routed),
        "cost, about": round(sum(float(price) * number / MILLION for price, number in prices), 4),
    }
