"""What becomes of inputs that did not succeed: which are tried again, when, and what is said of the others."""

import random
from collections.abc import Sequence

from core.errors import PrefereeError
from core.given_secrets import without_keys
from core.runs.steps import Failed, TransientError

MOST_TRIES = 8
LONGEST_WAIT = 300.0
LONGEST_SENTENCE = 2_000


def partition(failed: Sequence[Failed], attempts: int) -> tuple[list[Failed], list[Failed]]:
    """Those worth another try after that many, and those that are not."""
    again = [each for each in failed if isinstance(each.error, TransientError) and attempts < MOST_TRIES]
    kept = set(map(id, again))
    return again, [each for each in failed if id(each) not in kept]


def wait(attempts: int, failed: Sequence[Failed]) -> float:
    """Twice as long each time, with jitter, and never shorter than a server asked for; in seconds."""
    asked = max((getattr(each.error, "retry_after", None) or 0.0 for each in failed), default=0.0)
    backoff: float = min(LONGEST_WAIT, 2.0**attempts) * random.uniform(0.5, 1.0)  # noqa: S311
    return max(asked, backoff)


def said(error: Exception) -> str:
    """What the error says, as text that the database takes: a poisoned input may be quoted in it."""
    sentence = without_keys(str(error))[:LONGEST_SENTENCE]
    if not isinstance(error, TransientError | PrefereeError):
        sentence = f"{type(error).__name__}: {sentence}"
    return sentence.encode(errors="replace").decode().replace("\0", "�")
