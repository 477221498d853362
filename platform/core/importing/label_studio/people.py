"""Who annotated, and what predicted."""

import re
from collections.abc import Mapping
from typing import Any

from core.importing.interchange import RefusedLine

NOBODY = "Label Studio"
A_VERSION = re.compile(r"v?\d[\d.]*", re.IGNORECASE)


def annotator(completed_by: Any, mapping: Mapping[str, str], place: str) -> str:
    """The person's e-mail address in lower case where it is known, else their name, else “Label Studio user 7”.

    `completed_by` is an id or an object; `--map person.7=ADDRESS` says who the id is.
    """
    if completed_by is None:
        return NOBODY
    person = completed_by if isinstance(completed_by, dict) else {"id": completed_by}
    if email := _text(person.get("email")):
        return email.lower()
    number = person.get("id")
    if isinstance(number, int) and not isinstance(number, bool) and f"person.{number}" in mapping:
        return mapping[f"person.{number}"].strip().lower()
    name = " ".join(filter(None, (_text(person.get(part)) for part in ("first_name", "last_name"))))
    if name or (name := _text(person.get("username"))):
        return name
    if not isinstance(number, int | str) or isinstance(number, bool):
        raise RefusedLine(f"{place}.completed_by: expected the id of a person, or an object with an e-mail address.")
    return f"{NOBODY} user {number}"


def model(version: Any) -> tuple[str, str]:
    """The judge's name and version; what only counts versions, like “v2”, does not name a model."""
    text = _text(version)
    return (NOBODY, text) if not text or A_VERSION.fullmatch(text) else (text, "")


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
