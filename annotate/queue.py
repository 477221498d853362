"""The places of the queue follow the comparisons: what core adds is offered here, what was answered takes a place."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from annotate.models import QueueItem
from core.models import Project
from core.signals import comparisons_added

# Only pairs: the page that asks people cannot show lists yet.
REFRESH = """
INSERT INTO annotate_queueitem (comparison_id, project_id, wanted, held, priority, tie)
SELECT c.id, c.project_id, c.votes_wanted, LEAST(c.votes_wanted, votes.n + seats.n), c.priority, c.id
  FROM core_comparison c
 CROSS JOIN LATERAL (
       SELECT count(DISTINCT j.judge_id) AS n FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
        WHERE j.comparison_id = c.id AND j.live AND j.status = 'submitted' AND g.kind = 'human') votes
 CROSS JOIN LATERAL (
       SELECT count(*) AS n FROM annotate_assignment a WHERE a.comparison_id = c.id AND a.state = 'held') seats
 WHERE c.id = ANY (%s) AND c.k = 2 AND c.votes_wanted > 0
 ORDER BY c.id
    ON CONFLICT (comparison_id) DO UPDATE SET wanted = EXCLUDED.wanted, held = EXCLUDED.held
"""


def refresh(comparison_ids: Sequence[int]) -> None:
    """Make the queue's rows of these comparisons true. Safe to repeat; belongs in the transaction that changed them."""
    queued = QueueItem.objects.filter(comparison__in=comparison_ids).order_by("comparison")
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        list(queued.select_for_update().values_list("pk"))  # nobody takes a place between the count and the update
        cursor.execute(REFRESH, [list(comparison_ids)])


def _follow(sender: Any, *, project: Project, comparison_ids: Sequence[int], **_: Any) -> None:
    refresh(comparison_ids)


def connect() -> None:
    comparisons_added.connect(_follow, dispatch_uid="queue follows comparisons")
