"""The language of a prompt, where its metadata says one. No Django here."""

import re
from collections.abc import Mapping
from typing import Any

FIELDS = ("language", "lang")
LONGEST = 16
TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
# They look like tags, and data sets of code say them.
OF_MACHINES = {"css", "php", "sql", "xml"}


def language_of(metadata: Mapping[str, Any]) -> str:
    """A tag like `en` or `pt-BR`; empty where there is none. The metadata itself stays as it is."""
    if not metadata:
        return ""
    said = next((metadata[name] for name in FIELDS if metadata.get(name) is not None), "")
    return as_language(said) if isinstance(said, str) else ""


def as_language(text: str) -> str:
    """The text where it looks like a tag, else nothing."""
    if len(text) > LONGEST or not TAG.fullmatch(text) or text.lower() in OF_MACHINES:
        return ""
    return text.replace("_", "-")
