"""What the work page sends, and its sentences where it does not fit."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict
from django.utils import timezone

from annotate.actions import Answer, Skip
from annotate.kinds.protocol import BadAnswer, Fields
from annotate.models import Assignment

LONGEST_TIME = 2**31 - 1
MOST_FIELDS = 2_000
# Names that no question can have: the last is that of the reason for a skip among a judgment's answers.
RESERVED = frozenset(
    {"csrfmiddlewaretoken", "client_id", "active_ms", "wall_ms", "late_ms", "shown", "changed", "skip"}
)
STALE = "This form is damaged. Reload the page and answer again."
SKIP_REASONS = {
    "unclear": "I cannot tell what is asked",
    "knowledge": "I do not know enough about this",
    "language": "I do not read this language",
    "broken": "The text is broken",
    "distressing": "I would rather not read this",
}


class MarkForm(forms.Form):
    client_id = forms.UUIDField(error_messages={"required": STALE, "invalid": STALE})


class SkipForm(MarkForm):
    reason = forms.ChoiceField(
        choices=list(SKIP_REASONS.items()), error_messages={"required": STALE, "invalid_choice": STALE}
    )


def answer_from(data: QueryDict, assignment: Assignment) -> Answer:
    """Raises BadAnswer with the first thing that does not fit."""
    mark, wall_ms = _cleaned(MarkForm(data))["client_id"], _wall_ms(data, assignment)
    return Answer(mark, fields_of(data), wall_ms, _active_ms(data, wall_ms))


def fields_of(data: QueryDict) -> Fields:
    """The names and values that are about questions."""
    fields = {name: values for name, values in data.lists() if name not in RESERVED}
    if len(fields) > MOST_FIELDS:
        raise BadAnswer(STALE)
    for name, values in fields.items():
        if any("\0" in value for value in values):
            raise BadAnswer("Null characters are not allowed. Delete them, then submit.", name.partition(".")[0])
    return fields


def skip_from(data: QueryDict, assignment: Assignment) -> Skip:
    """Raises BadAnswer with the first thing that does not fit."""
    fields, wall_ms = _cleaned(SkipForm(data)), _wall_ms(data, assignment)
    return Skip(fields["client_id"], fields["reason"], wall_ms, _active_ms(data, wall_ms))


def client_id_of(data: QueryDict) -> UUID:
    """The mark of the form that was refused, so that its next try is still the same answer."""
    try:
        return UUID(data.get("client_id", ""))
    except ValueError:
        return uuid4()


def _cleaned(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise BadAnswer(str(next(iter(form.errors.values()))[0]))
    return form.cleaned_data


def _wall_ms(data: QueryDict, assignment: Assignment) -> int:
    """From the moment it was shown to that of the answer, by the clock of the server.

    The browser knows how long the answer then waited for the network, and when it showed what it had fetched ahead.
    """
    elapsed = int((timezone.now() - assignment.shown).total_seconds() * 1000)
    elapsed = max(elapsed - (_ms(data, "late_ms") or 0), 0)
    shown_for = _ms(data, "wall_ms")
    return min(elapsed if shown_for is None else min(shown_for, elapsed), LONGEST_TIME)


def _active_ms(data: QueryDict, wall_ms: int) -> int | None:
    """What the browser measured; it cannot be longer than the time that passed."""
    sent = _ms(data, "active_ms")
    return None if sent is None else min(sent, wall_ms)


def _ms(data: QueryDict, name: str) -> int | None:
    sent = data.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 12 else None
