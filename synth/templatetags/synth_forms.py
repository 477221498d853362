"""What a template asks of a form's field, and a verdict in words."""

from django import forms, template
from django.forms.boundfield import BoundField

from synth.judges.drafts import ranks_in_words
from synth.judges.verdicts import Verdict

register = template.Library()


@register.filter
def kind_of(field: BoundField) -> str:
    """`several` for boxes to tick, `switch` for one of them, `plain` for all others."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "several"
    return "switch" if isinstance(widget, forms.CheckboxInput) else "plain"


@register.filter
def shown_order(verdict: Verdict) -> str:
    """Which responses were shown in which order; a sample where there are several."""
    shown = "Each alone" if verdict.order is None else "Shown " + ", ".join(str(slot + 1) for slot in verdict.order)
    return f"{shown}, sample {verdict.sample}" if verdict.sample > 1 else shown


@register.filter
def verdict_words(verdict: Verdict) -> str:
    return ranks_in_words(verdict.ranks)
