"""Cells of a CSV that a spreadsheet shows and does not run."""

import re

# What begins a formula, or may once a spreadsheet has taken the blanks before it away.
FORMULA = re.compile(r"\s*[=+\-@\t\r\n|]")


def inert(value: object) -> str:
    """Its text, with a ' before what a spreadsheet would take for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if FORMULA.match(text) else text
