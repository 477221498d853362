"""Train or test: decided by the prompt alone, so that no prompt, however it is spelt, is in both."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from core.ids import key_of


def normalised(text: str) -> str:
    """Compatibility forms, case and white space do not count."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())  # folding takes some letters apart again


def split_of(messages: Iterable[Mapping[str, Any]], test_share: float) -> str:
    """`test` for about `test_share` of all conversations, by the hash of the normalised turns; else `train`."""
    turns = [part for message in messages for part in (str(message["role"]), normalised(str(message["content"] or "")))]
    place = int.from_bytes(key_of("split", *turns)[:8], "big") / 2**64
    return "test" if place < test_share else "train"
