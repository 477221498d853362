"""The order of the queue among equal priorities: where each comparison stands under the project's strategy."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models.signals import post_save

from annotate.queue.lines import FRESH, level
from core.models import Project, Strategy
from core.signals import labels_changed

# Of comparisons `of`, those that belong on another level now go behind all that is on it. In the order of their ids.
RELEVEL = f"""
WITH moved AS MATERIALIZED (
     SELECT q.comparison_id, {level("p.strategy", "q.held", "q.comparison_id")} AS level
       FROM annotate_queueitem q JOIN core_project p ON p.id = q.project_id
      WHERE {{of}} AND q.level <> {level("p.strategy", "q.held", "q.comparison_id")}
      ORDER BY q.comparison_id FOR UPDATE OF q)
UPDATE annotate_queueitem q SET level = moved.level, tie = {FRESH}
  FROM moved WHERE q.comparison_id = moved.comparison_id
"""
OF_PROJECT = RELEVEL.format(of="q.project_id = %s AND q.is_open")
OF_THESE = RELEVEL.format(of="q.comparison_id = ANY (%s) AND p.strategy = 'disagreement'")


def reorder(project: Project) -> int:
    """All that is open, after the strategy was changed, in one statement; returns how many moved."""
    return _moved(OF_PROJECT, project.pk)


def follow_labels(comparison_ids: Sequence[int]) -> int:
    """These, after their labels changed, where the order depends on labels."""
    return _moved(OF_THESE, list(comparison_ids))


def depends_on_labels(project: Project) -> bool:
    return project.strategy == Strategy.DISAGREEMENT


def _moved(sql: str, value: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [value])
        return int(cursor.rowcount)


def _follow_labels(sender: Any, *, comparison_ids: Sequence[int], **_: Any) -> None:
    follow_labels(comparison_ids)


def _follow_strategy(sender: Any, *, instance: Project, update_fields: Any = None, **_: Any) -> None:
    """Whoever changes it saves that field by its name."""
    if "strategy" in (update_fields or ()):
        reorder(instance)


def connect() -> None:
    labels_changed.connect(_follow_labels, dispatch_uid="queue follows the labels")
    post_save.connect(_follow_strategy, sender=Project, dispatch_uid="queue follows the strategy")
