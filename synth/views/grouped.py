"""A form whose fields stand in named groups, one under the other, each with what is meant by it or what is wrong."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField

Group = tuple[str, tuple[str, ...]]
PLAIN = (forms.CheckboxInput, forms.CheckboxSelectMultiple)


class Grouped(forms.BaseForm):
    """`groups`: a legend and the fields under it."""

    groups: ClassVar[tuple[Group, ...]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self._dress(name, field)

    def fieldsets(self) -> Iterator[tuple[str, list[BoundField]]]:
        for legend, names in self.groups:
            if here := [self[name] for name in names if name in self.fields]:
                yield legend, here

    def _dress(self, name: str, field: forms.Field) -> None:
        attributes = {"aria-describedby": f"{name}-about", "autocomplete": "off"}
        if not isinstance(field.widget, PLAIN):
            attributes["class"] = f"field {field.widget.attrs.get('class', '')}".strip()
        if isinstance(field.widget, forms.TextInput | forms.Textarea) and "dir" not in field.widget.attrs:
            attributes["dir"] = "auto"
        field.widget.attrs = {**field.widget.attrs, **attributes}
        field.widget.use_required_attribute = lambda initial: False


def decimal(label: str, help_text: str, **options: Any) -> forms.DecimalField:
    """An amount of money, or nothing for none."""
    sentence = "Write an amount like 0.15, or 0."
    errors = dict.fromkeys(
        ("required", "invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"), sentence
    )
    widget = forms.TextInput(attrs={"class": "figures amount", "inputmode": "decimal"})
    return forms.DecimalField(
        label=label, help_text=help_text, min_value=0, widget=widget, error_messages=errors, **options
    )


def number(label: str, help_text: str = "", *, least: float = 1, most: float, **options: Any) -> forms.Field:
    """A whole number, or one with a fraction where `whole` is false."""
    whole = options.pop("whole", True)
    sentence = f"Write a {'whole ' if whole else ''}number from {least:g} to {most:,}."
    errors = dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence)
    attributes = {"class": "figures amount", "inputmode": "numeric" if whole else "decimal"}
    made: Any = forms.IntegerField if whole else forms.FloatField
    field: forms.Field = made(
        label=label,
        help_text=help_text,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs=attributes),
        error_messages=errors,
        **options,
    )
    return field


def words(label: str, help_text: str = "", *, longest: int, **options: Any) -> forms.CharField:
    attributes = options.pop("attrs", {})
    errors = {"required": "This is needed.", "max_length": f"Shorten it to {longest:,} characters."}
    errors |= options.pop("error_messages", {})
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=longest,
        widget=options.pop("widget", forms.TextInput)(attrs=attributes),
        error_messages=errors,
        **options,
    )


def switch(label: str, help_text: str = "", **options: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False, **options)


def choice(label: str, choices: Any, help_text: str = "", **options: Any) -> forms.ChoiceField:
    errors = {"required": "Choose one.", "invalid_choice": "Choose one of those that are offered."}
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=help_text,
        widget=options.pop("widget", forms.Select),
        error_messages=errors,
        **options,
    )
