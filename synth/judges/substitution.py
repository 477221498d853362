"""Names in a prompt, and nothing else: `$name` and `${name}` in small letters. All other text is as it was written."""

import re
from collections.abc import Mapping
from string import Template
from typing import Any, ClassVar

NAME = r"(?P<named>[a-z][a-z_]*) | \{(?P<braced>[a-z][a-z_]*)\}"
NOTHING = r"(?P<escaped>(?!)) | (?P<invalid>(?!))"


class Names(Template):
    """`$$`, `$5`, `{x.__class__}` and `{{7*7}}` mean nothing here, and what is put in is never looked at again."""

    flags = re.VERBOSE
    pattern: ClassVar[Any] = rf"(?<!\$)\$(?: {NAME} | {NOTHING} )"


def names_in(text: str) -> set[str]:
    return {found["named"] or found["braced"] for found in Names.pattern.finditer(text)}


def put_in(text: str, values: Mapping[str, str]) -> str:
    """The text with each name replaced by its value, once. Raises KeyError for a name without one."""
    return Names(text).substitute(values)
