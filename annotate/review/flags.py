"""Ask a reviewer to look at a comparison, and the answer that comes of it."""

from django.db import transaction
from django.utils import timezone

from annotate.models import Flag, FlagKind
from annotate.queue.items import refresh
from core import audit
from core.errors import Conflict, PrefereeError
from core.models import Comparison, User

LONGEST_REASON = 2_000
FLAG_REASONS = {
    "harmful": "The text is harmful or private",
    "broken": "The prompt or a response is broken",
    "reveals": "A response says who wrote it",
    "alike": "The responses are the same",
    "unfit": "The questions do not fit this comparison",
}


def flag(comparison: Comparison, reason: str, *, by: User) -> Flag:
    """Somebody asks to look at the comparison; whoever asks twice changes what they said."""
    return _ask(comparison, FlagKind.FLAG, reason, by)


def contest(comparison: Comparison, reason: str, *, by: User) -> Flag:
    """Somebody holds their own answer against what was decided."""
    return _ask(comparison, FlagKind.CONTEST, reason, by)


def resolve(flag: Flag, outcome: str, *, by: User | None) -> Flag:
    """Whoever asked reads the outcome. Raises Conflict where somebody was quicker."""
    said = _text(outcome, "Write what came of it")
    with transaction.atomic():
        now = timezone.now()
        is_open = Flag.objects.filter(pk=flag.pk, resolved=None)
        if not is_open.update(resolved=now, resolved_by=by, outcome=said):
            raise Conflict("Somebody has resolved this meanwhile. Reload the page to see what they said.")
        flag.resolved, flag.resolved_by, flag.outcome = now, by, said
        target = str(flag.comparison.public)
        if flag.kind == FlagKind.LEAK:
            refresh([flag.comparison_id])  # people may be asked again
        audit.record("flag.resolve", project=flag.project, actor=by, target=target, kind=flag.kind)
        return flag


def _ask(comparison: Comparison, kind: FlagKind, reason: str, by: User) -> Flag:
    text = _text(reason, "Say why in a few words")
    with transaction.atomic():
        found, is_new = Flag.objects.update_or_create(
            comparison=comparison,
            person=by,
            kind=kind,
            resolved=None,
            defaults={"reason": text},
            create_defaults={"project_id": comparison.project_id, "reason": text},
        )
        if is_new:
            audit.record(f"{kind}.raise", project=comparison.project, actor=by, target=str(comparison.public))
        return found


def _text(text: str, wanted: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise PrefereeError(f"{wanted}, then send it.")
    if len(said) > LONGEST_REASON:
        raise PrefereeError(f"This is longer than {LONGEST_REASON:,} characters. Shorten it, then send it.")
    if "\0" in said:
        raise PrefereeError("Null characters are not allowed. Delete them, then send it.")
    return said
