"""Cells of a CSV that a spreadsheet opens as text, whatever stands in them."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(value: object) -> str:
    """A leading apostrophe where the cell would be a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
