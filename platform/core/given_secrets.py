"""Secrets that are given away once, in a link or to a program: we keep no more than their print."""

from hashlib import sha256
from secrets import token_urlsafe

BYTES = 32


def new_secret(start: str = "") -> str:
    return start + token_urlsafe(BYTES)


def print_of(secret: str) -> str:
    """SHA-256 is enough for 256 random bits, which nobody can guess or list."""
    return sha256(secret.encode(errors="replace")).hexdigest()
