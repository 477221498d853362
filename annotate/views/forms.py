"""What the work page sends, and its sentences where it does not fit."""

from uuid import UUID, uuid4

from django.http import QueryDict

from annotate.kinds.protocol import BadAnswer, Fields
from annotate.work.actions import Answer, Skip
from annotate.work.times import Times

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


def answer_from(data: QueryDict) -> Answer:
    """Raises BadAnswer with the first thing that does not fit."""
    return Answer(_mark(data), fields_of(data), _times(data))


def fields_of(data: QueryDict) -> Fields:
    """The names and values that are about questions."""
    fields = {name: values for name, values in data.lists() if name not in RESERVED}
    if len(fields) > MOST_FIELDS:
        raise BadAnswer(STALE)
    for name, values in fields.items():
        if any("\0" in value for value in values):
            raise BadAnswer("Null characters are not allowed. Delete them, then submit.", name.partition(".")[0])
    return fields


def skip_from(data: QueryDict) -> Skip:
    """Raises BadAnswer with the first thing that does not fit."""
    if (reason := data.get("reason", "")) not in SKIP_REASONS:
        raise BadAnswer(STALE)
    return Skip(_mark(data), reason, _times(data))


def client_id_of(data: QueryDict) -> UUID:
    """The mark of the form that was refused, so that its next try is still the same answer."""
    return uuid_or_none(data.get("client_id")) or uuid4()


def uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _mark(data: QueryDict) -> UUID:
    mark = uuid_or_none(data.get("client_id"))
    if mark is None:
        raise BadAnswer(STALE)
    return mark


def _times(data: QueryDict) -> Times:
    return Times(_ms(data, "wall_ms"), _ms(data, "active_ms"), _ms(data, "late_ms"))


def _ms(data: QueryDict, name: str) -> int | None:
    sent = data.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 12 else None
