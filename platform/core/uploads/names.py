"""What a file is called, as far as it can be shown."""

import re
import unicodedata

LONGEST = 255
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # controls, marks that turn the direction of text, halves of characters


def shown_name(sent: str) -> str:
    """The last part of a path, without characters that are not seen, and with its ending where it is too long."""
    seen = "".join(c for c in re.split(r"[/\\]", sent)[-1] if unicodedata.category(c) not in UNSEEN)
    name = " ".join(seen.split()) or "file"
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 21]}…{name[-20:]}"
