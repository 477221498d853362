"""Keys of servers: in the environment of the workers, read when a server is opened, and kept nowhere."""

import os

from core.given_secrets import KEYS
from core.runs.steps import PermanentError


def key_in(variable: str) -> str:
    """Empty where the endpoint needs none. Raises PermanentError, which names the variable and never a value."""
    if not variable:
        return ""
    if not variable.startswith(KEYS):
        raise PermanentError(f"Keys are in variables whose names begin with {KEYS}; {variable} is none of them.")
    key = os.environ.get(variable, "").strip()
    if not key:
        raise PermanentError(f"The variable {variable} is not set where the workers run. Set it, and restart them.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise PermanentError(f"The variable {variable} holds something that cannot be a key. Set it again.")
    return key
