"""Secrets that are given away once, in a link or to a program: we keep no more than their print.

And those that we are given, in variables of the environment: nobody is told them.
"""

import os
from hashlib import sha256
from secrets import token_urlsafe

BYTES = 32
KEYS = "PREFEREE_KEY_"
# What is shorter is no key, and would take ordinary words out of a text.
SHORTEST_KEY = 6


def new_secret(start: str = "") -> str:
    return start + token_urlsafe(BYTES)


def print_of(secret: str) -> str:
    """SHA-256 is enough for 256 random bits, which nobody can guess or list."""
    return sha256(secret.encode(errors="replace")).hexdigest()


def without_keys(text: str) -> str:
    """The text with a sign in the place of every key of a server."""
    for name, value in os.environ.items():
        if name.startswith(KEYS) and len(key := value.strip()) >= SHORTEST_KEY:
            text = text.replace(key, "…")
    return text
