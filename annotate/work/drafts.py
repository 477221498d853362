"""What somebody has answered so far, kept on their reservation. A draft is no judgment, and counts nowhere."""

from datetime import datetime

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from annotate.kinds.protocol import Fields
from annotate.models import Assignment, AssignmentState
from annotate.queue.reserving import RESERVED_FOR
from core.errors import Conflict, PrefereeError

LONGEST_DRAFT = 400_000
OPEN = (AssignmentState.HELD, AssignmentState.AHEAD, AssignmentState.ASSIGNED, AssignmentState.LAPSED)
NEWER = "A newer draft of this answer is kept, from another window or device. Reload the page to go on with it."
OVER = "This comparison is answered or skipped already, so nothing more of it is kept."


def save_draft(assignment: Assignment, fields: Fields, *, changed: datetime | None = None) -> datetime:
    """Keep the form as it stood at `changed`, now where nothing is said; the same draft twice is one.

    Whoever writes is there, so the reservation is renewed. Raises Conflict where a newer draft is kept already or the
    comparison is answered, PrefereeError where it is too long.
    """
    if sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > LONGEST_DRAFT:
        raise PrefereeError(f"This answer is longer than {LONGEST_DRAFT:,} characters, so it is not kept. Shorten it.")
    now = timezone.now()
    at = min(changed or now, now)
    older = Q(draft_saved=None) | Q(draft_saved__lte=at)
    kept = Assignment.objects.filter(older, pk=assignment.pk, state__in=OPEN).update(
        draft={name: list(values) for name, values in fields.items()}, draft_saved=at, expires=_renewed()
    )
    if not kept:
        stands = Assignment.objects.filter(pk=assignment.pk, state__in=OPEN).exists()
        raise Conflict(NEWER if stands else OVER)
    return at


def _renewed() -> Case:
    """Only what is held before somebody's eyes: one reserved ahead has its own time, an assigned one has none."""
    is_theirs = Q(state=AssignmentState.HELD, expires__isnull=False)
    return Case(When(is_theirs, then=Value(timezone.now() + RESERVED_FOR)), default=F("expires"))
