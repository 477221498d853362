"""The form that makes an invitation."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from core.invitations import MOST_DAYS, MOST_PLACES
from core.models import Group, Role
from core.views.account_forms import text


def number_field(label: str, usual: int, most: int, missing: str) -> forms.IntegerField:
    limits = f"Write 1 to {most}."
    errors = {"required": missing, "invalid": "Write a whole number.", "min_value": limits, "max_value": limits}
    widget = forms.NumberInput(attrs={"class": "field amount"})
    return forms.IntegerField(
        label=label, min_value=1, max_value=most, initial=usual, widget=widget, error_messages=errors
    )


class InvitationForm(forms.Form):
    role = forms.ChoiceField(
        label="Role",
        initial=Role.ANNOTATOR,
        widget=forms.Select(attrs={"class": "field"}),
        error_messages={"required": "Choose a role.", "invalid_choice": "Choose one of the roles."},
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), required=False, to_field_name="public", widget=forms.CheckboxSelectMultiple
    )
    email = forms.EmailField(
        label="E-mail address",
        required=False,
        max_length=254,
        widget=text("email", autocomplete="off"),
        help_text="Then only this address may use the link. Leave it empty for a link that you pass on yourself.",
        error_messages={"invalid": "Write an e-mail address like name@example.org, or nothing."},
    )
    days = number_field("Days it is open", 7, MOST_DAYS, "Write for how many days.")
    places = number_field("People who may use it", 1, MOST_PLACES, "Write for how many people.")

    def __init__(self, *args: Any, roles: Sequence[str], groups: QuerySet[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]  # type: ignore[attr-defined]
        self.fields["groups"].queryset = groups  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("email") and cleaned.get("places", 1) > 1:
            self.add_error("places", ValidationError("A link for one address is for one person. Write 1."))
        return cleaned
