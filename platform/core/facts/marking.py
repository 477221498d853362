"""Say that facts are stale. It costs one narrow row, in the transaction that changed what the facts are made of."""

from collections.abc import Sequence
from typing import Any

from core.bulk import array
from core.models import Project, StaleFacts
from core.rows import tell
from core.signals import comparisons_added, comparisons_changed

# What is worked out at a time; a page that finds stale facts waits for about that many.
ROWS_A_MARK = 1_000

# Of the comparisons `judged`, whatever their project.
MARK = f"""
INSERT INTO core_stalefacts (project_id, prompts, comparisons, size, marked)
SELECT project_id, '{{}}', array_agg(id ORDER BY id), count(*), now()
  FROM (SELECT id, project_id, (row_number() OVER (PARTITION BY project_id ORDER BY id) - 1) / {ROWS_A_MARK} AS part
          FROM core_comparison WHERE id = ANY(%(judged)s::bigint[])) changed
 GROUP BY project_id, part
"""
# Of one, by its project and its primary key.
MARK_ONE = """
INSERT INTO core_stalefacts (project_id, prompts, comparisons, size, marked)
VALUES (%s, '{}', ARRAY[%s::bigint], 1, now())
"""


def mark_comparisons(project_id: int, comparison_ids: Sequence[int]) -> None:
    """Their own facts and those of their prompts."""
    StaleFacts.objects.bulk_create(
        StaleFacts(project_id=project_id, comparisons=part, size=len(part)) for part in _parts(comparison_ids)
    )


def mark_prompts(project_id: int, prompt_ids: Sequence[int]) -> None:
    """Their own facts alone; where their comparisons show the change too, mark those."""
    StaleFacts.objects.bulk_create(
        StaleFacts(project_id=project_id, prompts=part, size=len(part)) for part in _parts(prompt_ids)
    )


def mark_judged(comparison_ids: Sequence[int]) -> None:
    """The same as `mark_comparisons`, for somebody who does not know the project."""
    if comparison_ids:
        tell(MARK, {"judged": array(comparison_ids)})


def _parts(ids: Sequence[int]) -> list[list[int]]:
    return [list(ids[at : at + ROWS_A_MARK]) for at in range(0, len(ids), ROWS_A_MARK)]


def _follow(sender: Any, *, project: Project, comparison_ids: Sequence[int], **_: Any) -> None:
    mark_comparisons(project.pk, comparison_ids)


def connect() -> None:
    comparisons_added.connect(_follow, dispatch_uid="facts follow new comparisons")
    comparisons_changed.connect(_follow, dispatch_uid="facts follow changed comparisons")
