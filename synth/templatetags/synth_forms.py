"""What a template asks of a form's field."""

from django import forms, template
from django.forms.boundfield import BoundField

register = template.Library()


@register.filter
def kind_of(field: BoundField) -> str:
    """`several` for boxes to tick, `switch` for one of them, `plain` for all others."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "several"
    return "switch" if isinstance(widget, forms.CheckboxInput) else "plain"
