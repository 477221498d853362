"""What the work page sends, and its sentences where it does not fit."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict
from django.utils import timezone

from annotate.actions import Answer
from annotate.models import Assignment
from annotate.questions import BadAnswer

LONGEST_REASON = 10_000
LONGEST_TIME = 2**31 - 1
STALE = "This form is damaged. Reload the page and answer again."
SKIP_REASONS = {
    "unclear": "I cannot tell what is asked",
    "knowledge": "I do not know enough about this",
    "language": "I do not read this language",
    "broken": "The text is broken",
    "distressing": "I would rather not read this",
}


class AnswerForm(forms.Form):
    client_id = forms.UUIDField(error_messages={"required": STALE, "invalid": STALE})
    choice = forms.CharField(required=False, max_length=40, error_messages={"max_length": STALE})
    rationale = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        error_messages={"max_length": f"The reason is longer than {LONGEST_REASON:,} characters. Shorten it."},
    )

    def clean_rationale(self) -> str:
        return str(self.cleaned_data["rationale"]).replace("\r\n", "\n")


class SkipForm(forms.Form):
    client_id = forms.UUIDField(error_messages={"required": STALE, "invalid": STALE})
    reason = forms.ChoiceField(
        choices=list(SKIP_REASONS.items()), error_messages={"required": STALE, "invalid_choice": STALE}
    )


def answer_from(data: QueryDict, assignment: Assignment) -> Answer:
    """Raises BadAnswer with the first thing that does not fit."""
    wall_ms = _wall_ms(assignment)
    answer = Answer(wall_ms=wall_ms, active_ms=_active_ms(data, wall_ms), **_cleaned(AnswerForm(data)))
    if answer.choice and _wants_reason(assignment) and not answer.rationale:
        raise BadAnswer("Say why in a few words, then submit.")
    return answer


def skip_from(data: QueryDict, assignment: Assignment) -> Answer:
    """Raises BadAnswer with the first thing that does not fit."""
    fields = _cleaned(SkipForm(data))
    return Answer(fields["client_id"], choice=fields["reason"], wall_ms=_wall_ms(assignment))


def client_id_of(data: QueryDict) -> UUID:
    """The mark of the form that was refused, so that its next try is still the same answer."""
    try:
        return UUID(data.get("client_id", ""))
    except ValueError:
        return uuid4()


def _cleaned(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise BadAnswer(next(iter(form.errors.values()))[0])
    return form.cleaned_data


def _wants_reason(assignment: Assignment) -> bool:
    questions = assignment.round.question_set.questions
    return any(question["id"] == "rationale" and question.get("required") for question in questions)


def _wall_ms(assignment: Assignment) -> int:
    elapsed = timezone.now() - assignment.shown
    return min(max(int(elapsed.total_seconds() * 1000), 0), LONGEST_TIME)


def _active_ms(data: QueryDict, wall_ms: int) -> int | None:
    """What the browser measured; it cannot be longer than the time that passed."""
    sent = data.get("active_ms", "")
    return min(int(sent), wall_ms) if sent.isascii() and sent.isdigit() and len(sent) < 12 else None
