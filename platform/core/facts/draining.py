"""Facts follow the rows: workers see to all that is stale, and a page to what is little before it reads."""

import time
from collections.abc import Sequence

from django.db import connection, transaction

from core.bulk import fetch
from core.facts.marking import ROWS_A_MARK
from core.facts.refreshing import refresh_facts, refresh_prompt_facts
from core.models import Project, StaleFacts

MARKS_AT_ONCE = 200
# Of a worker: many at once cost less each, for the index takes their entries in one sweep.
ROWS_AT_ONCE = 5 * ROWS_A_MARK
SECONDS_A_VISIT = 20.0

# One at a time in a project: of two, the one that looked earlier could write later.
ALONE = "SELECT pg_try_advisory_xact_lock(hashtext('preferee facts'), %s)"
TAKE = """
DELETE FROM core_stalefacts WHERE id IN (
       SELECT id FROM (SELECT id, sum(size) OVER (ORDER BY id) AS so_far FROM (
              SELECT id, size FROM core_stalefacts WHERE project_id = %(project)s ORDER BY id LIMIT %(marks)s) oldest) a
        WHERE so_far - size < %(rows)s)
RETURNING prompts, comparisons
"""
LEFT = "SELECT COALESCE(sum(size), 0) FROM core_stalefacts WHERE project_id = %s"
PROMPTS_OF = "SELECT DISTINCT prompt_id FROM core_comparison WHERE id = ANY(%s)"
INDEXES = ("comparison_facts_filter", "prompt_facts_filter")


def catch_up(project: Project) -> int:
    """Work out the oldest of what is stale, as much as somebody waits for; returns how many rows are left."""
    if not left(project):
        return 0
    _renew(project.pk, ROWS_A_MARK)
    return left(project)


def left(project: Project) -> int:
    ((rows,),) = fetch(LEFT, [project.pk])
    return int(rows)


def renew_all(seconds: float = SECONDS_A_VISIT) -> bool:
    """Work out what is stale anywhere, for that long; whether there is something left that nobody else is at."""
    until = time.monotonic() + seconds
    while projects := list(StaleFacts.objects.values_list("project", flat=True).distinct()):
        done = [_renew(project, ROWS_AT_ONCE) for project in projects]
        if not any(done):
            return False
        if time.monotonic() > until:
            return True
    return False


@transaction.atomic
def _renew(project_id: int, rows: int) -> bool:
    """About that many of the oldest; False where somebody else is at it."""
    ((alone,),) = fetch(ALONE, [project_id])
    if not alone:
        return False
    marks = fetch(TAKE, {"project": project_id, "marks": MARKS_AT_ONCE, "rows": rows})
    prompts = {pk for taken, _ in marks for pk in taken}
    comparisons = {pk for _, taken in marks for pk in taken}
    if prompts or comparisons:
        _refresh(sorted(prompts), sorted(comparisons))
    return True


def _refresh(prompts: Sequence[int], comparisons: Sequence[int]) -> None:
    refresh_facts(comparisons)
    refresh_prompt_facts(sorted({*prompts, *(pk for (pk,) in fetch(PROMPTS_OF, [comparisons]))}))
    with connection.cursor() as cursor:
        for index in INDEXES:
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
