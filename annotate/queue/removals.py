"""What the queue keeps of comparisons and people that are removed: a closed row of each comparison, and nothing else.

Queue items are locked before all else.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from annotate.models import Assignment, AssignmentState, Flag, GuidelinesRead, Place, QueueItem
from annotate.queue.items import lock, refresh
from core.models import Project, User
from core.signals import comparisons_changing, comparisons_removed, person_removed

OVER = (AssignmentState.DONE, AssignmentState.SKIPPED, AssignmentState.LAPSED, AssignmentState.OWN)


def connect() -> None:
    comparisons_changing.connect(_lock, dispatch_uid="queue is locked before comparisons")
    comparisons_removed.connect(_close, dispatch_uid="queue lets removed comparisons go")
    person_removed.connect(_forget, dispatch_uid="queue forgets a removed person")


def _lock(sender: Any, *, comparison_ids: Sequence[int], **_: Any) -> None:
    lock(comparison_ids)


def _close(sender: Any, *, comparison_ids: Sequence[int], erased: bool, **_: Any) -> dict[str, int]:
    """Whoever has one on the screen may still answer: that is kept as surplus."""
    theirs = Assignment.objects.filter(comparison__in=comparison_ids)
    if erased:
        ended, _rows = theirs.delete()
        Flag.objects.filter(comparison__in=comparison_ids).update(reason="", outcome="")
    else:
        ended = theirs.exclude(state__in=OVER).update(state=AssignmentState.LAPSED)
    QueueItem.objects.filter(comparison__in=comparison_ids).update(wanted=0, held=0)
    return {"assignments": ended}


def _forget(sender: Any, *, project: Project, person: User, **_: Any) -> dict[str, int]:
    """Their places are free again, and what they were given, or had begun to write, is gone."""
    theirs = Assignment.objects.filter(project=project, person=person)
    open_ones = _comparisons(theirs.exclude(state__in=OVER))
    lock(open_ones)
    gone, _rows = theirs.delete()
    Flag.objects.filter(project=project, person=person).delete()
    Flag.objects.filter(project=project, resolved_by=person).update(resolved_by=None)
    GuidelinesRead.objects.filter(project=project, person=person).delete()
    Place.objects.filter(project=project, person=person).delete()
    if open_ones:
        refresh(open_ones)
    return {"assignments": gone}


def _comparisons(assignments: QuerySet[Assignment]) -> list[int]:
    return sorted(assignments.values_list("comparison", flat=True))
