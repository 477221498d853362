"""The questions of a project as a form, and the form as questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from annotate.kinds.answers import Asked, asked
from annotate.kinds.checking import LONGEST_TEXT
from annotate.kinds.pairwise import LONGEST_WORD, MOST_STRENGTHS
from annotate.kinds.protocol import Shown
from core.models.project import DEFAULT_QUESTIONS

REASONS = [("no", "Do not ask"), ("may", "May be given"), ("must", "Must be given")]
LEVELS = ("Weakest", "Stronger", "Strongest")
LONG = f"Shorten it to {LONGEST_TEXT} characters."
LONG_WORD = f"Shorten it to {LONGEST_WORD} characters."


class QuestionsForm(forms.Form):
    """Words of strength that are left empty are not offered."""

    seen = forms.CharField(required=False, max_length=64)
    text = forms.CharField(max_length=LONGEST_TEXT, error_messages={"required": "Ask something.", "max_length": LONG})
    strength_1 = forms.CharField(
        max_length=LONGEST_WORD, error_messages={"required": "Write one word at least.", "max_length": LONG_WORD}
    )
    strength_2 = forms.CharField(required=False, max_length=LONGEST_WORD, error_messages={"max_length": LONG_WORD})
    strength_3 = forms.CharField(required=False, max_length=LONGEST_WORD, error_messages={"max_length": LONG_WORD})
    tie = forms.BooleanField(required=False)
    both_bad = forms.BooleanField(required=False)
    reason = forms.ChoiceField(choices=REASONS, error_messages={"required": "Choose one of the three."})
    reason_text = forms.CharField(required=False, max_length=LONGEST_TEXT, error_messages={"max_length": LONG})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        words = [cleaned[name].casefold() for name in STRENGTHS if cleaned.get(name)]
        if len(set(words)) < len(words):
            self.add_error("strength_1", "Two of the words are the same. Write different ones.")
        if cleaned.get("reason") != "no" and not cleaned.get("reason_text") and "reason_text" not in self.errors:
            self.add_error("reason_text", "Ask for the reason in a word or two, like “Why?”.")
        return cleaned

    @property
    def strengths(self) -> list[tuple[str, forms.BoundField]]:
        return [(label, self[name]) for label, name in zip(LEVELS, STRENGTHS, strict=True)]


STRENGTHS = [f"strength_{number}" for number in range(1, MOST_STRENGTHS + 1)]


def initial_of(questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the controls hold at first."""
    main, rationale = _named(questions, "main") or {}, _named(questions, "rationale")
    words = [*main.get("strengths", []), *[""] * MOST_STRENGTHS]
    reason = "no" if rationale is None else "must" if rationale.get("required") else "may"
    asked = rationale or _named(DEFAULT_QUESTIONS, "rationale") or {}
    return {
        "text": main.get("text", ""),
        **dict(zip(STRENGTHS, words, strict=False)),
        "tie": bool(main.get("tie")),
        "both_bad": bool(main.get("both_bad")),
        "reason": reason,
        "reason_text": asked.get("text", ""),
    }


def questions_of(form: QuestionsForm, before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a valid form says; questions and keys that it does not know stay as they were."""
    said = form.cleaned_data
    words = [said[name] for name in STRENGTHS if said[name]]
    main = {"text": said["text"], "strengths": words, "tie": said["tie"], "both_bad": said["both_bad"]}
    rationale = {"text": said["reason_text"], "required": said["reason"] == "must"}
    known: dict[str, dict[str, Any] | None] = {
        "main": {"id": "main", "kind": "pairwise", **(_named(before, "main") or {}), **main},
        "rationale": None
        if said["reason"] == "no"
        else {"id": "rationale", "kind": "text", **(_named(before, "rationale") or {}), **rationale},
    }
    ids = list(dict.fromkeys([*(str(question["id"]) for question in before), *known]))
    found = [known[each] if each in known else dict(_named(before, each) or {}) for each in ids]
    return [question for question in found if question is not None]


def _named(questions: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    return next((question for question in questions if question.get("id") == name), None)


@dataclass(frozen=True, slots=True)
class Preview:
    """As much of the work page as the questions decide."""

    asked: list[Asked]


def preview_of(questions: Sequence[Mapping[str, Any]]) -> Preview:
    return Preview(asked(questions, {}, Shown((0, 1))))
