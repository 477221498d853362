"""Numbers as a reader wants them."""

from django import template

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """1204 as 1,204."""
    return f"{number:,}"


@register.filter
def share(number: float) -> str:
    """0.861 as .86, 1.0 as 1.00, -0.04 as −.04: two digits, no leading zero, a real minus."""
    text = f"{abs(number):.2f}"
    text = text.removeprefix("0") if text != "0.00" else text
    return f"−{text}" if number < 0 and text != "0.00" else text
