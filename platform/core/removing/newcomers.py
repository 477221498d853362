"""A comparison that is made of something withdrawn is withdrawn from the beginning."""

from collections.abc import Sequence

from core.bulk import array, fetch

WITHDRAW_NEW = """
UPDATE core_comparison c SET withdrawn = now() FROM core_prompt p
 WHERE c.id = ANY(%s) AND p.id = c.prompt_id
   AND (p.withdrawn IS NOT NULL OR EXISTS (
        SELECT FROM core_candidate n JOIN core_response r ON r.id = n.response_id
         WHERE n.comparison_id = c.id AND r.withdrawn IS NOT NULL))
RETURNING c.id
"""


def withdraw_new(comparison_ids: Sequence[int]) -> set[int]:
    """Which of these, that were just added, had to be. Belongs where the project is locked for adding."""
    return {pk for (pk,) in fetch(WITHDRAW_NEW, [array(comparison_ids)])} if comparison_ids else set()
