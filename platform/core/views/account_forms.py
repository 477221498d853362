"""Forms about accounts. Wherever a password is set, what it needs is said beforehand, and what it lacks in place."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.models import Theme, User

LONGEST_PASSWORD = 1000
TAKEN = "There is an account with this address already. Log in instead, or write another address."
NOT_YOURS = "This is not your password. Check it and try again."
EMAIL_ERRORS = {"required": "Write an e-mail address.", "invalid": "Write an e-mail address like name@example.org."}


KINDS: dict[str, type[forms.widgets.Input]] = {
    "text": forms.TextInput,
    "email": forms.EmailInput,
    "password": forms.PasswordInput,
}


def shortest_password() -> int:
    """As the settings have it."""
    lengths = (getattr(each, "min_length", 1) for each in password_validation.get_default_password_validators())
    return max(lengths, default=1)


def password_hint() -> str:
    return f"{shortest_password()} characters or more; not a common one, and not like your name or address."


def text(kind: str = "text", **attributes: Any) -> forms.widgets.Input:
    return KINDS[kind](attrs={"class": "field", **attributes})


def name_field() -> forms.CharField:
    errors = {"required": "Write your name, as the others should see it."}
    return forms.CharField(
        label="Name", max_length=100, widget=text(autocomplete="name", dir="auto"), error_messages=errors
    )


def email_field() -> forms.EmailField:
    return forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=text("email", autocomplete="username"),
        error_messages=EMAIL_ERRORS,
    )


def current_password_field() -> forms.CharField:
    errors = {"required": "Write your password, so that nobody else changes this."}
    widget = text("password", autocomplete="current-password")
    return forms.CharField(
        label="Current password", max_length=LONGEST_PASSWORD, strip=False, widget=widget, error_messages=errors
    )


class NewPasswordForm(forms.Form):
    """`user` is whose it will be: what is like their name or address does not pass."""

    password = forms.CharField(
        label="New password",
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=text("password", autocomplete="new-password"),
        error_messages={"required": "Write a password."},
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = password_hint()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if password := cleaned.get("password"):
            try:
                password_validation.validate_password(password, self.whose(cleaned))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def whose(self, cleaned: dict[str, Any]) -> User:
        return self.user or User(email=cleaned.get("email", ""), name=cleaned.get("name", ""))


class SignUpForm(NewPasswordForm):
    name = name_field()
    email = email_field()
    field_order = ("name", "email", "password")

    def __init__(self, *args: Any, fixed_email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "Password"
        if fixed_email:
            self.fields["email"].disabled, self.fields["email"].initial = True, fixed_email
            self.fields["email"].help_text = "The invitation is for this address."

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class ChangePasswordForm(NewPasswordForm):
    current = current_password_field()
    field_order = ("current", "password")


class IdentityForm(forms.Form):
    """The current password is asked for where the address changes."""

    name = name_field()
    email = email_field()
    current = current_password_field()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["current"].required = False
        self.fields["current"].help_text = "Only where you change the address."

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email=email).exclude(pk=self.user.pk).exists():
            raise ValidationError("There is another account with this address. Write another.")
        return email

    @property
    def changes_address(self) -> bool:
        return bool(self.cleaned_data.get("email", self.user.email) != self.user.email)


class LookForm(forms.Form):
    theme = forms.ChoiceField(choices=Theme.choices)
    keys = forms.BooleanField(required=False)


class ForgotForm(forms.Form):
    email = email_field()


class TokenForm(forms.Form):
    DAYS = (("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "no end"))

    name = forms.CharField(
        label="Name",
        max_length=60,
        widget=text(autocomplete="off", dir="auto"),
        help_text="What it is for, like “nightly download”.",
        error_messages={"required": "Write what the token is for."},
    )
    days = forms.ChoiceField(
        label="Ends after", choices=DAYS, required=False, initial="90", widget=forms.Select(attrs={"class": "field"})
    )

    def expires(self) -> datetime | None:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None
